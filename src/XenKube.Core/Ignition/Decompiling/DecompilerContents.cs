using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using XenKube.Ignition.Butane;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;
using XenKube.Ignition.Validation;

namespace XenKube.Ignition.Decompiling;

/// <summary>
/// Decides which contents of a config are written as text. Contents of which the transpiler makes the very same source and compression
/// always are. Others, which another tool or a person wrote, are if the guest gets the same bytes and that is enough.
/// </summary>
/// <param name="spec">The Ignition spec that the document is written to.</param>
/// <param name="isButane">Whether the document is one of Butane.</param>
/// <param name="needsSameSource">Whether the source must be the same.</param>
/// <param name="kept">Places of contents whose source stays as it is.</param>
internal sealed class DecompilerContents(IgnitionSpec spec, bool isButane, bool needsSameSource, IReadOnlySet<string> kept)
{
    /// <summary>The text of contents; null where their source stays as it is.</summary>
    /// <param name="resource">The object with <c>source</c> and <c>compression</c>.</param>
    /// <param name="place">Its place.</param>
    public string? InlineText(JsonObject resource, string place)
    {
        var (source, compression) = (Text(resource, "source"), Text(resource, "compression"));
        if (kept.Contains(place) || source.Length == 0 || Unpacked(source, compression) is not { } content || !IsText(content))
        {
            return null;
        }
        // Butane checks a config that is given in place, and the config would not transpile.
        if (place.StartsWith("ignition.config.", StringComparison.Ordinal) && !IgnitionValidator.Validate(content).IsValid)
        {
            return null;
        }
        return needsSameSource && !IsSame(resource, source, content) ? null : Encoding.UTF8.GetString(content);
    }

    /// <summary>The bytes that the guest gets of a data URL; null for another URL and for one that cannot be read.</summary>
    public static byte[]? Unpacked(string source, string compression)
    {
        if (!source.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || DataUrl.Decode(source, out _) is not { } bytes)
        {
            return null;
        }
        return compression switch
        {
            "" => bytes,
            "gzip" => PackedContent.Unpack(bytes),
            _ => null,
        };
    }

    /// <summary>
    /// Whether a document was made by Butane, by the mark that it leaves at all contents that it writes, or has no contents in which the
    /// mark would be missing.
    /// </summary>
    public static bool HasMarks(JsonNode? node)
    {
        var (marked, unmarked) = (0, 0);
        Count(node, ref marked, ref unmarked);
        return marked > 0 || unmarked == 0;
    }

    /// <summary>A text of an object; empty if there is none.</summary>
    public static string Text(JsonObject parent, string name) =>
        parent[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";

    private static void Count(JsonNode? node, ref int marked, ref int unmarked)
    {
        if (node is JsonObject resource && Text(resource, "source").StartsWith("data:", StringComparison.Ordinal))
        {
            marked += resource.ContainsKey("compression") ? 1 : 0;
            unmarked += resource.ContainsKey("compression") ? 0 : 1;
        }
        foreach (var child in node is JsonObject all ? all.Select(member => member.Value) : node is JsonArray list ? list : [])
        {
            Count(child, ref marked, ref unmarked);
        }
    }

    private bool IsSame(JsonObject resource, string source, byte[] content)
    {
        if (!isButane || spec == IgnitionSpec.V3_0)
        {
            return source == DataUrl.Encode(content) && Text(resource, "compression").Length == 0 && (isButane
                ? !resource.ContainsKey("compression") : true);
        }
        return resource.ContainsKey("compression") && ResourceUrl.Choose(content) == (source, Text(resource, "compression"));
    }

    /// <summary>Bytes that are UTF-8 and have no NUL, which no text has.</summary>
    private static bool IsText(byte[] content) => !content.AsSpan().Contains((byte)0) && System.Text.Unicode.Utf8.IsValid(content);
}
