using System.Text.Json.Nodes;
using XenKube.Ignition.Butane;
using XenKube.Ignition.Secrets;
using XenKube.Ignition.Syntax;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.Decompiling;

/// <summary>The document of a config language as a tree, and as the text that people edit or see.</summary>
/// <param name="tree">The document without its variant and version.</param>
/// <param name="version">The version of Butane; null for a Container Linux Config.</param>
internal sealed class DecompiledDocument(JsonObject tree, ButaneVersion? version)
{
    /// <summary>The text with all that the config says.</summary>
    public string Text => Write(tree);

    /// <summary>
    /// The text with placeholders for secrets: those by their place, by the path of their file, and by what they look like.
    /// </summary>
    public string DisplayText => Write((JsonObject)Shown(tree, "", null)!);

    private static JsonNode? Shown(JsonNode? node, string name, string? secret)
    {
        switch (node)
        {
            case JsonObject mapping:
                var kind = name == "key_file" ? SecretKind.SharedKey
                    : name == "http_headers" && SecretNames.IsSecretHeader(DecompilerContents.Text(mapping, "name")) ? SecretKind.Header
                    : secret;
                var shown = new JsonObject();
                foreach (var (key, value) in mapping)
                {
                    var isSecretFile = key == "contents" && SecretNames.IsSecretFile(DecompilerContents.Text(mapping, "path"));
                    shown[key] = Shown(value, key, isSecretFile ? SecretKind.Content : kind);
                }
                return shown;
            case JsonArray list:
                return new JsonArray([.. list.Select(item => Shown(item, name, secret))]);
            case JsonValue value when value.TryGetValue<string>(out var text):
                return JsonValue.Create(Shown(name, text, secret));
            default:
                return node?.DeepClone();
        }
    }

    private static string Shown(string name, string text, string? secret) => (name, secret) switch
    {
        _ when text.Length == 0 => text,
        ("password_hash", _) => SecretPlaceholder.Of(SecretKind.PasswordHash, text),
        ("value", SecretKind.Header) => SecretPlaceholder.Of(SecretKind.Header, text),
        ("inline", not null) => SecretPlaceholder.Of(secret, text),
        ("source" or "url", not null) when DataUrl.Decode(text, out _) is { } content => SecretPlaceholder.Of(secret, content),
        _ => SecretText.Redact(text),
    };

    private string Write(JsonObject document)
    {
        var writer = new YamlWriter();
        writer.StartMapping();
        if (version is { } head)
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
