using System.Globalization;
using System.Text.Json.Nodes;
using XenKube.Ignition.Butane;
using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.Json;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Secrets;
using XenKube.Ignition.Validation;
using XenKube.Parsing.Yaml;
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

    /// <summary>Decompiles a config.</summary>
    /// <param name="json">The JSON.</param>
    /// <returns>The document.</returns>
    /// <exception cref="InvalidInputException">It is not an Ignition config.</exception>
    /// <exception cref="UnsupportedFeatureException">Its version is one that no dialect writes.</exception>
    public static IgnitionDecompilation Decompile(ReadOnlyMemory<byte> json)
    {
        var root = Parse(json);
        var version = root["ignition"] is JsonObject ignition && ignition["version"] is JsonValue value
            && value.TryGetValue<string>(out var text)
            ? text
            : "";
        if (version.Length == 0)
        {
            throw new InvalidInputException(
                ErrorIds.IgnitionVersionMissing, null, null, "the JSON has no ignition.version, so it is not an Ignition config");
        }
        if (ClcRelease.All.FirstOrDefault(release => release.Spec.ToString() == version) is { } release)
        {
            return Decompile(root, json, new TranspileOptions { Release = release.Version, Dialect = "clc" }, release.ToString(), null);
        }
        var newest = ButaneVersion.All.Where(known => known.Variant is "flatcar" or "fcos" && known.Spec.ToString() == version)
            .GroupBy(known => known.Variant)
            .Select(group => group.Last());
        if (newest.OrderByDescending(known => known.Variant == "flatcar").ToList() is { Count: > 0 } heads)
        {
            return DecompileToButane(root, json, heads);
        }
        var written = ClcRelease.All.Select(known => known.Spec).Concat(ButaneVersion.All.Select(known => known.Spec)).Distinct().Order();
        throw new UnsupportedFeatureException(
            null,
            null,
            $"decompiling Ignition {version}",
            $"Decompiled are {string.Join(", ", written)}, the versions that a config language here writes");
    }

    /// <summary>Where two variants write a version, Flatcar's, unless that lacks something that Fedora CoreOS' has.</summary>
    private static IgnitionDecompilation DecompileToButane(JsonObject root, ReadOnlyMemory<byte> json, List<ButaneVersion> heads)
    {
        IgnitionDecompilation? first = null;
        foreach (var head in heads)
        {
            var document = Decompile(root, json, new TranspileOptions { Dialect = "butane" }, head.ToString(), head);
            if (document.IsExact)
            {
                return document;
            }
            first ??= document;
        }
        return first!;
    }

    /// <summary>Reads the JSON as Ignition does: the last of several equal keys, broken characters replaced.</summary>
    private static JsonObject Parse(ReadOnlyMemory<byte> json) => (JsonObject)Plain(IgnitionDocument.Read(json).Root, 0)!;

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

    private static IgnitionDecompilation Decompile(
        JsonObject root, ReadOnlyMemory<byte> json, TranspileOptions options, string dialect, ButaneVersion? butane)
    {
        // First with contents as text; where that says something else after all, with every source as it is.
        var readable = Attempt(root, json, options, dialect, butane, readable: true);
        return readable.IsExact ? readable : Attempt(root, json, options, dialect, butane, readable: false);
    }

    private static IgnitionDecompilation Attempt(
        JsonObject root, ReadOnlyMemory<byte> json, TranspileOptions options, string dialect, ButaneVersion? butane, bool readable)
    {
        var text = Write((JsonObject)DecompilerShape.Shape(root, "", butane is not null, readable)!, butane);
        var again = IgnitionTranspiler.Transpile(text, options);
        var (wanted, got) = (Parse(json), again.Succeeded ? JsonNode.Parse(again.Json) : null);
        if (again.Succeeded && JsonNode.DeepEquals(got, wanted))
        {
            return new IgnitionDecompilation(text, dialect, true, []);
        }
        var notes = again.Succeeded
            ? Differences(wanted, got, "").Take(20)
            : again.Errors.Select(error => error.Message).Append(again.Failure ?? "").Where(note => note.Length > 0);
        return new IgnitionDecompilation(text, dialect, false, [.. notes]);
    }

    /// <summary>Where two JSON trees differ.</summary>
    private static IEnumerable<string> Differences(JsonNode? wanted, JsonNode? got, string path)
    {
        if (JsonNode.DeepEquals(wanted, got))
        {
            return [];
        }
        if (wanted is JsonObject a && got is JsonObject b)
        {
            return a.Select(pair => pair.Key).Union(b.Select(pair => pair.Key)).SelectMany(
                key => Differences(a[key], b[key], $"{path}.{key}"));
        }
        if (wanted is JsonArray x && got is JsonArray y && x.Count == y.Count)
        {
            return Enumerable.Range(0, x.Count).SelectMany(
                index => Differences(x[index], y[index], string.Create(CultureInfo.InvariantCulture, $"{path}.{index}")));
        }
        return [$"{path.TrimStart('.')}: {Shown(wanted)} becomes {Shown(got)}"];
    }

    private static string Shown(JsonNode? node) => node is null ? "nothing" : Printable.Of(SecretText.Redact(node.ToJsonString()));

    private static string Write(JsonObject document, ButaneVersion? butane)
    {
        var writer = new YamlWriter();
        writer.StartMapping();
        if (butane is { } head)
        {
            writer.Text("variant");
            writer.Text(head.Variant);
            writer.Text("version");
            writer.Text(head.Version);
        }
        foreach (var (key, value) in document)
        {
            writer.Text(key);
            Write(writer, value, key);
        }
        writer.EndMapping();
        return writer.Finish();
    }

    private static void Write(YamlWriter writer, JsonNode? node, string key)
    {
        switch (node)
        {
            case JsonObject { Count: 0 }:
                writer.StartFlowMapping();
                writer.EndMapping();
                break;
            case JsonObject mapping:
                writer.StartMapping();
                foreach (var (name, value) in mapping)
                {
                    writer.Text(name);
                    Write(writer, value, name);
                }
                writer.EndMapping();
                break;
            case JsonArray list:
                writer.StartSequence();
                foreach (var item in list)
                {
                    Write(writer, item, "");
                }
                writer.EndSequence();
                break;
            case JsonValue value when value.TryGetValue<string>(out var text):
                writer.Text(text);
                break;
            case JsonValue value when key == "mode" && value.TryGetValue<int>(out var mode) && mode is >= 0 and <= 0xFFF:
                // People read permissions in octal, and a leading zero says so.
                writer.Plain(mode == 0 ? "0" : "0" + Convert.ToString(mode, 8).PadLeft(3, '0'));
                break;
            default:
                writer.Plain(node?.ToJsonString() ?? "null");
                break;
        }
    }
}
