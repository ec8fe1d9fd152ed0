using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using XenKube.Ignition.Languages;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.Decompiling;

/// <summary>
/// The other way round: Ignition JSON to a document that transpiles to the same JSON, generation 2 to a Container Linux Config,
/// generation 3 to Butane. Each document is transpiled again and compared before it is handed out.
/// </summary>
public static class IgnitionDecompiler
{
    /// <summary>Decompiles a config.</summary>
    /// <param name="json">The JSON.</param>
    /// <returns>The document.</returns>
    /// <exception cref="InvalidInputException">It is no Ignition config.</exception>
    /// <exception cref="UnsupportedFeatureException">Its version is one that no dialect writes.</exception>
    public static IgnitionDecompilation Decompile(ReadOnlyMemory<byte> json)
    {
        var root = Parse(json);
        var version = root["ignition"] is JsonObject ignition && ignition["version"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
        return version switch
        {
            "2.1.0" => Decompile(root, json, new TranspileOptions { Release = "0.5.0", Dialect = "clc" }, "clc 0.5.0", null),
            "2.2.0" => Decompile(root, json, new TranspileOptions { Release = "0.9.0", Dialect = "clc" }, "clc 0.9.0", null),
            "3.0.0" => DecompileToButane(root, json, ("fcos", "1.0.0")),
            "3.1.0" => DecompileToButane(root, json, ("fcos", "1.1.0")),
            "3.2.0" => DecompileToButane(root, json, ("fcos", "1.3.0")),
            "3.3.0" => DecompileToButane(root, json, ("flatcar", "1.0.0"), ("fcos", "1.4.0")),
            "3.4.0" => DecompileToButane(root, json, ("flatcar", "1.1.0"), ("fcos", "1.5.0")),
            "" => throw new InvalidInputException("NotIgnition", null, null, "the JSON has no ignition.version, so it is no Ignition config"),
            _ => throw new UnsupportedFeatureException(
                null, null, $"decompiling Ignition {version}", "Decompiled are 2.1.0, 2.2.0 and 3.0.0 to 3.4.0, the versions that a config language here writes"),
        };
    }

    /// <summary>Where two variants write a version, Flatcar's, unless that lacks something that Fedora CoreOS' has.</summary>
    private static IgnitionDecompilation DecompileToButane(JsonObject root, ReadOnlyMemory<byte> json, params ReadOnlySpan<(string Variant, string Version)> heads)
    {
        IgnitionDecompilation? first = null;
        foreach (var head in heads)
        {
            var document = Decompile(root, json, new TranspileOptions { Dialect = "butane" }, $"{head.Variant} {head.Version}", head);
            if (document.IsExact)
            {
                return document;
            }
            first ??= document;
        }
        return first!;
    }

    private static JsonObject Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonNode.Parse(json.Span) as JsonObject
                ?? throw new InvalidInputException("NotIgnition", null, null, "the JSON is no object, so it is no Ignition config");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidInputException("NotIgnition", null, null, "this is no JSON", innerException: e);
        }
    }

    private static IgnitionDecompilation Decompile(
        JsonObject root, ReadOnlyMemory<byte> json, TranspileOptions options, string dialect, (string Variant, string Version)? butane)
    {
        var notes = new List<string>();
        // First with contents as text; where that says something else after all, with every source as it is.
        foreach (var readable in (bool[])[true, false])
        {
            var document = (JsonObject)DecompilerShape.Shape(root, "", butane is not null, readable)!;
            var text = Write(document, butane);
            var again = IgnitionTranspiler.Transpile(text, options);
            if (again.Succeeded && JsonNode.DeepEquals(JsonNode.Parse(again.Json), JsonNode.Parse(json.Span)))
            {
                return new IgnitionDecompilation(text, dialect, true, []);
            }
            notes.Clear();
            notes.AddRange(again.Succeeded
                ? Differences(JsonNode.Parse(json.Span), JsonNode.Parse(again.Json), "").Take(20)
                : again.Errors.Select(error => error.Message).Append(again.Failure ?? "").Where(note => note.Length > 0));
            if (!readable)
            {
                return new IgnitionDecompilation(text, dialect, false, notes);
            }
        }
        throw new InvalidOperationException();
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
            return a.Select(pair => pair.Key).Union(b.Select(pair => pair.Key)).SelectMany(key => Differences(a[key], b[key], $"{path}.{key}"));
        }
        if (wanted is JsonArray x && got is JsonArray y && x.Count == y.Count)
        {
            return Enumerable.Range(0, x.Count).SelectMany(
                index => Differences(x[index], y[index], string.Create(CultureInfo.InvariantCulture, $"{path}.{index}")));
        }
        return [$"{path.TrimStart('.')}: {wanted?.ToJsonString() ?? "nothing"} becomes {got?.ToJsonString() ?? "nothing"}"];
    }

    private static string Write(JsonObject document, (string Variant, string Version)? butane)
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
