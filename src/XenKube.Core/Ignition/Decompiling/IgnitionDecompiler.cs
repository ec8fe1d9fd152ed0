using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using XenKube.Ignition.Json;
using XenKube.Ignition.Validation;
using JsonNode = System.Text.Json.Nodes.JsonNode;

namespace XenKube.Ignition.Decompiling;

/// <summary>
/// The other way round: Ignition JSON to a document that transpiles to the same JSON, generation 2 to a Container Linux Config,
/// generation 3 to Butane. Each document is transpiled again and compared before it is handed out.
/// </summary>
public static class IgnitionDecompiler
{
    /// <summary>Far more than any version of Ignition has levels; what is deeper is nothing that it knows.</summary>
    private const int MaxDepth = 100;

    /// <summary>How often contents that did not come back as they were are taken as they are, and the rest is tried again.</summary>
    private const int MaxAttempts = 3;

    /// <summary>More differences than this are not named.</summary>
    private const int MaxNotes = 20;

    /// <summary>The variants that a document can be written in.</summary>
    public static IReadOnlyList<string> Variants => DecompilerTarget.Variants;

    /// <summary>Decompiles a config.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="variant">
    /// A name of <see cref="Variants"/>; null for a Container Linux Config or, for generation 3, for Flatcar's variant, or Fedora CoreOS's
    /// where Flatcar's cannot express the config.
    /// </param>
    /// <returns>The document.</returns>
    /// <exception cref="InvalidInputException">
    /// It is not an Ignition config, or the variant is not known or of the other generation.
    /// </exception>
    /// <exception cref="UnsupportedFeatureException">Its version is not known.</exception>
    public static IgnitionDecompilation Decompile(ReadOnlyMemory<byte> json, string? variant = null)
    {
        var document = IgnitionDocument.Read(json);
        if (document.Version.Length == 0)
        {
            throw new InvalidInputException(
                ErrorIds.IgnitionVersionMissing, null, null, "the JSON has no ignition.version, so it is not an Ignition config");
        }
        var source = new Source(
            document.Version, (JsonObject)Plain(document.Root, 0)!, ConfigMeaning.Canonical(json), UnknownKeys(json));
        var results = new List<(IgnitionDecompilation Document, bool Succeeds)>();
        foreach (var target in DecompilerTarget.For(document.Version, variant))
        {
            var result = Decompile(source, target);
            if (result.Document.IsExact)
            {
                return result.Document;
            }
            results.Add(result);
        }
        // Another version than the nearest is worth it only where the nearest refuses the document.
        return results.Find(result => result.Succeeds).Document ?? results[0].Document;
    }

    private sealed record Source(string Version, JsonObject Root, JsonObject Canonical, IReadOnlyList<string> UnknownKeys);

    /// <summary>
    /// First so that the very same JSON comes back, which it does for all that ct and Butane wrote. Else with the same meaning, and all
    /// contents as text that can be.
    /// </summary>
    private static (IgnitionDecompilation Document, bool Succeeds) Decompile(Source source, DecompilerTarget target)
    {
        var isButane = target.Butane is not null;
        if (!isButane || DecompilerContents.HasMarks(source.Root))
        {
            var contents = new DecompilerContents(target.Spec, isButane, needsSameSource: true, new HashSet<string>());
            var (document, text) = Shape(source.Root, contents, target);
            if (IgnitionTranspiler.Transpile(text, target.Options) is { Succeeded: true } again
                && JsonNode.DeepEquals(JsonNode.Parse(again.Json), source.Root))
            {
                return (new IgnitionDecompilation(document, text, target.Dialect, []), true);
            }
        }
        var kept = new HashSet<string>(StringComparer.Ordinal);
        for (var attempt = 1; ; attempt++)
        {
            var contents = new DecompilerContents(target.Spec, isButane, needsSameSource: false, kept);
            var (document, text) = Shape(source.Canonical, contents, target);
            var again = IgnitionTranspiler.Transpile(text, target.Options);
            var differences = again.Succeeded
                ? [.. ConfigMeaning.Differences(source.Canonical, ConfigMeaning.Canonical(Encoding.UTF8.GetBytes(again.Json)))]
                : new List<(string Path, string Note)>();
            var spoiled = differences.Select(difference => difference.Path[..Math.Max(0, difference.Path.LastIndexOf('.'))])
                .Where(place => place.Length > 0 && !kept.Contains(place)).ToList();
            if (attempt < MaxAttempts && spoiled.Count > 0)
            {
                kept.UnionWith(spoiled);
                continue;
            }
            var notes = Notes(source, target, again, differences);
            return (new IgnitionDecompilation(document, text, target.Dialect, notes), again.Succeeded);
        }
    }

    private static List<string> Notes(
        Source source, DecompilerTarget target, IgnitionConfig again, List<(string Path, string Note)> differences)
    {
        var notes = new List<string>(source.UnknownKeys);
        if (target.Spec.ToString() != source.Version)
        {
            notes.Add($"ignition.version: {source.Version} becomes {target.Spec}");
        }
        notes.AddRange(differences.Select(difference => difference.Note));
        if (!again.Succeeded)
        {
            notes.AddRange(again.Errors.Select(ConfigFailure.MessageOf).Append(again.Failure ?? "").Where(note => note.Length > 0));
        }
        return notes.Count > MaxNotes ? notes[..MaxNotes] : notes;
    }

    private static (DecompiledDocument Document, string Text) Shape(JsonObject root, DecompilerContents contents, DecompilerTarget target)
    {
        var shape = new DecompilerShape(contents, target.Butane is not null);
        var document = new DecompiledDocument((JsonObject)shape.Shape(root, "", "")!, target.Butane);
        return (document, document.Text);
    }

    /// <summary>The keys that the guest does not know and that are left out.</summary>
    private static List<string> UnknownKeys(ReadOnlyMemory<byte> json) =>
    [
        .. IgnitionValidator.Validate(json.Span).Entries
            .Where(entry => entry.Message.StartsWith("unused key ", StringComparison.Ordinal)
                || entry.Message.StartsWith("Config has unrecognized key: ", StringComparison.Ordinal))
            .Select(entry => $"{(entry.Path.Length > 0 ? entry.Path + ": " : "")}{ConfigFailure.MessageOf(entry)}, which is left out"),
    ];

    /// <summary>The JSON as Ignition reads it: the last of several equal keys, broken characters replaced.</summary>
    private static JsonNode? Plain(Json.JsonNode node, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidInputException(
                ErrorIds.ConfigFailed,
                null,
                null,
                string.Create(CultureInfo.InvariantCulture, $"it is nested more than {MaxDepth} levels deep"));
        }
        switch (node.Kind)
        {
            case JsonKind.Object:
                var members = new JsonObject();
                foreach (var member in node.Items)
                {
                    members[member.Key] = Plain(member, depth + 1);
                }
                return members;
            case JsonKind.Array:
                return new JsonArray([.. node.Items.Select(item => Plain(item, depth + 1))]);
            case JsonKind.String:
                return JsonValue.Create(node.Text);
            case JsonKind.Null:
                return null;
            default:
                return JsonNode.Parse(node.Text);
        }
    }
}
