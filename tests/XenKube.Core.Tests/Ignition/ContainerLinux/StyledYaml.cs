using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>Writes a tree as YAML in one of several styles, without help of the code under test.</summary>
internal sealed class StyledYaml
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly YamlStyle style;
    private readonly StringBuilder text = new();
    private int anchors;

    private StyledYaml(YamlStyle style) => this.style = style;

    public static string Write(JsonObject document, YamlStyle style)
    {
        if (style == YamlStyle.Json)
        {
            // JSON escapes characters beyond 16 bits as two surrogates, which YAML does not know.
            return document.ToJsonString(Readable).Replace("\\uD83D\\uDE00", "😀", StringComparison.OrdinalIgnoreCase);
        }
        var writer = new StyledYaml(style);
        if (style == YamlStyle.Flow)
        {
            writer.WriteFlow(document);
        }
        else
        {
            writer.WriteMapping(document, 0);
        }
        var yaml = writer.text.ToString();
        return style == YamlStyle.Explicit ? yaml.Replace("\n", "\r\n", StringComparison.Ordinal) : yaml;
    }

    private void WriteMapping(JsonObject mapping, int indent)
    {
        foreach (var (key, value) in mapping)
        {
            var prefix = style == YamlStyle.Explicit ? $"? {key} # a key\n{new string(' ', indent)}:" : key + ":";
            text.Append(' ', indent).Append(prefix);
            WriteValue(value, indent);
        }
    }

    private void WriteValue(JsonNode? value, int indent)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } mapping:
                text.Append(Anchor()).Append('\n');
                WriteMapping(mapping, indent + 2);
                break;
            case JsonArray { Count: > 0 } list:
                text.Append(Anchor()).Append('\n');
                WriteList(list, style == YamlStyle.Compact ? indent : indent + 2);
                break;
            default:
                text.Append(' ');
                WriteScalar(value, indent);
                text.Append('\n');
                break;
        }
    }

    private void WriteList(JsonArray list, int indent)
    {
        string? repeated = null;
        foreach (var item in list)
        {
            text.Append(' ', indent).Append('-');
            if (item is JsonValue value && style == YamlStyle.Anchored && value.TryGetValue<string>(out var key) && repeated == key)
            {
                text.Append(CultureInfo.InvariantCulture, $" *t{anchors}\n");
            }
            else if (item is JsonValue && style == YamlStyle.Anchored)
            {
                text.Append(CultureInfo.InvariantCulture, $" &t{++anchors} ");
                WriteScalar(item, indent);
                text.Append('\n');
                repeated = item.GetValueKind() == JsonValueKind.String ? item.GetValue<string>() : null;
            }
            else
            {
                WriteValue(item, indent);
            }
        }
    }

    private string Anchor() => style == YamlStyle.Anchored ? string.Create(CultureInfo.InvariantCulture, $" &a{++anchors}") : "";

    private void WriteScalar(JsonNode? value, int indent)
    {
        if (value is not JsonValue scalar || scalar.GetValueKind() != JsonValueKind.String)
        {
            text.Append(value is JsonObject ? "{}" : value is JsonArray ? "[]" : value!.ToJsonString());
            return;
        }
        var content = scalar.GetValue<string>();
        if (style == YamlStyle.Compact && content.EndsWith('\n') && char.IsLetter(content[0]) && !content.EndsWith("\n\n", StringComparison.Ordinal))
        {
            text.Append('|');
            foreach (var line in content[..^1].Split('\n'))
            {
                text.Append('\n').Append(' ', line.Length == 0 ? 0 : indent + 4).Append(line);
            }
        }
        else if (style == YamlStyle.Block && !content.Contains('\n', StringComparison.Ordinal))
        {
            text.Append('\'').Append(content.Replace("'", "''", StringComparison.Ordinal)).Append('\'');
        }
        else if (content.All(char.IsAsciiLetter) && content.Length > 3)
        {
            text.Append(content);
        }
        else
        {
            AppendQuoted(content);
        }
    }

    private void AppendQuoted(string content)
    {
        text.Append('"');
        foreach (var c in content)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                'é' => "\\xe9",
                _ => c.ToString(),
            });
        }
        text.Append('"');
    }

    private void WriteFlow(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject mapping:
                text.Append('{');
                foreach (var (key, child) in mapping)
                {
                    text.Append(key).Append(": ");
                    WriteFlow(child);
                    text.Append(", ");
                }
                text.Append('}');
                break;
            case JsonArray list:
                text.Append('[');
                foreach (var item in list)
                {
                    WriteFlow(item);
                    text.Append(",\n  ");
                }
                text.Append(']');
                break;
            default:
                WriteScalar(value, 0);
                break;
        }
    }
}
