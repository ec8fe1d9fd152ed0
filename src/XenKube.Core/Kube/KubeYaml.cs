using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using XenKube.Parsing.Yaml;

namespace XenKube.Kube;

/// <summary>YAML as the tools of Kubernetes read and write it: by way of JSON, with the keys of each mapping in order.</summary>
internal static class KubeYaml
{
    private const int DeepestNesting = 200;
    private const int MostAliasedNodes = 100_000;

    /// <summary>Reads the first document.</summary>
    /// <param name="bytes">The YAML, or JSON.</param>
    /// <param name="path">Where it is from, for the error.</param>
    /// <returns>The document; null for an empty one.</returns>
    /// <exception cref="InvalidInputException">It is not YAML. The error names the line and shows nothing of it: keys are in such
    /// files.</exception>
    public static JsonNode? Read(ReadOnlySpan<byte> bytes, string path)
    {
        try
        {
            var budget = new YamlAliasBudget(MostAliasedNodes);
            return YamlReader.Read(bytes, YamlOptions.GoYaml2 with { MaxDepth = DeepestNesting }) is { } top
                ? Convert(top, budget, 0, isAliased: false) : null;
        }
        catch (YamlException e)
        {
            throw new InvalidInputException(ErrorIds.KubeConfigInvalid, path, e.Line > 0 ? $"line {e.Line}" : null, "is not YAML",
                "Mend the file, or name another one");
        }
    }

    /// <summary>Writes a document.</summary>
    public static byte[] Write(JsonObject document)
    {
        var writer = YamlWriter.LikeGoYaml();
        Write(writer, document);
        return Encoding.UTF8.GetBytes(writer.Finish());
    }

    private static JsonNode? Convert(YamlNode node, YamlAliasBudget budget, int depth, bool isAliased)
    {
        if (isAliased)
        {
            budget.Spend(node);
        }
        if (depth > DeepestNesting)
        {
            throw new YamlException("nested too deeply", node.Line, node.Column);
        }
        switch (node.Kind)
        {
            case YamlNodeKind.Alias:
                var target = node.Target ?? throw new YamlException("unknown anchor", node.Line, node.Column);
                return Convert(target, budget, depth + 1, isAliased: true);
            case YamlNodeKind.Sequence:
                return new JsonArray([.. node.Children.Select(child => Convert(child, budget, depth + 1, isAliased))]);
            case YamlNodeKind.Mapping:
                var mapping = new JsonObject();
                foreach (var pair in node.Children.Chunk(2))
                {
                    var key = pair[0].Kind == YamlNodeKind.Alias ? pair[0].Target : pair[0];
                    if (key is not { Kind: YamlNodeKind.Scalar }
                        || !mapping.TryAdd(key.Value, Convert(pair[1], budget, depth + 1, isAliased)))
                    {
                        throw new YamlException("not a key, or one that was there before", pair[0].Line, pair[0].Column);
                    }
                }
                return mapping;
            default:
                var scalar = YamlScalar.Resolve(node);
                return scalar.Kind switch
                {
                    YamlScalarKind.Null => null,
                    YamlScalarKind.Boolean => JsonValue.Create(scalar.Boolean),
                    YamlScalarKind.Whole => JsonValue.Create(scalar.Whole),
                    YamlScalarKind.Natural => JsonValue.Create(scalar.Natural),
                    YamlScalarKind.Real when double.IsFinite(scalar.Real) => JsonValue.Create(scalar.Real),
                    _ => JsonValue.Create(node.Value),
                };
        }
    }

    private static void Write(YamlWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject mapping:
                writer.StartMapping();
                foreach (var (key, value) in mapping.OrderBy(pair => pair.Key, GoKeyOrder.Instance))
                {
                    writer.Text(key);
                    Write(writer, value);
                }
                writer.EndMapping();
                break;
            case JsonArray list:
                writer.StartSequence();
                foreach (var item in list)
                {
                    Write(writer, item);
                }
                writer.EndSequence();
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                writer.Text(value.GetValue<string>());
                break;
            default:
                writer.Plain(node?.ToJsonString() ?? "null");
                break;
        }
    }
}
