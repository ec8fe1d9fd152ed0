using System.Buffers;
using System.Globalization;
using System.Text;

namespace XenKube.Ignition.Json;

/// <summary>
/// Reads JSON into nodes with positions. Bytes that are not UTF-8 and lone surrogates become U+FFFD, as in Go. Without recursion,
/// so that nesting costs no stack.
/// </summary>
/// <remarks>Held against encoding/json of Go 1.19.</remarks>
internal sealed class JsonTree
{
    private readonly byte[] text;
    private int position;

    private JsonTree(byte[] text) => this.text = text;

    /// <summary>Whether a number somewhere is beyond a double, which makes the reference lose all positions.</summary>
    public bool HasHugeNumber { get; private set; }

    /// <summary>The value of the whole text.</summary>
    public JsonNode Root { get; private set; } = new(JsonKind.Null, 0);

    /// <summary>Reads a text; throws <see cref="JsonSyntaxException"/> if it is not one JSON value.</summary>
    public static JsonTree Read(byte[] text)
    {
        JsonSyntax.Check(text);
        var tree = new JsonTree(text);
        tree.ReadAll();
        return tree;
    }

    private void ReadAll()
    {
        var open = new Stack<JsonNode>();
        while (true)
        {
            SkipSpace();
            if (position == text.Length)
            {
                return;
            }
            var c = text[position];
            if (c is (byte)',' or (byte)':')
            {
                position++;
                continue;
            }
            if (c is (byte)']' or (byte)'}')
            {
                open.Pop().End = ++position;
                continue;
            }
            var node = ReadNode(open.Count > 0 && open.Peek().Kind == JsonKind.Object);
            if (open.Count > 0)
            {
                open.Peek().Add(node);
            }
            else
            {
                Root = node;
            }
            if (node.Kind is JsonKind.Array or JsonKind.Object)
            {
                open.Push(node);
            }
            else
            {
                node.End = position;
            }
        }
    }

    private JsonNode ReadNode(bool isMember)
    {
        int keyStart = 0, keyEnd = 0;
        var key = "";
        if (isMember)
        {
            keyStart = position;
            key = ReadString();
            keyEnd = position;
            SkipSpace();
            position++;
            SkipSpace();
        }
        var start = position;
        var (kind, value) = text[position] switch
        {
            (byte)'{' => (JsonKind.Object, ""),
            (byte)'[' => (JsonKind.Array, ""),
            (byte)'"' => (JsonKind.String, ReadString()),
            (byte)'n' => (JsonKind.Null, ReadWord()),
            (byte)'t' or (byte)'f' => (JsonKind.Bool, ReadWord()),
            _ => (JsonKind.Number, ReadWord()),
        };
        if (kind is JsonKind.Array or JsonKind.Object)
        {
            start = ++position;
        }
        if (kind == JsonKind.Number && !double.IsFinite(double.Parse(value, CultureInfo.InvariantCulture)))
        {
            HasHugeNumber = true;
        }
        return new JsonNode(kind, start) { Key = key, KeyStart = keyStart, KeyEnd = keyEnd, Text = value };
    }

    private void SkipSpace()
    {
        while (position < text.Length && text[position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            position++;
        }
    }

    private string ReadWord()
    {
        var start = position;
        while (position < text.Length
            && (char.IsAsciiLetterOrDigit((char)text[position]) || text[position] is (byte)'+' or (byte)'-' or (byte)'.'))
        {
            position++;
        }
        return Encoding.ASCII.GetString(text, start, position - start);
    }

    private string ReadString()
    {
        position++;
        var start = position;
        while (text[position] is not ((byte)'"' or (byte)'\\') && text[position] < 0x80)
        {
            position++;
        }
        if (text[position] == '"')
        {
            position++;
            return Encoding.ASCII.GetString(text, start, position - 1 - start);
        }
        var value = new StringBuilder().Append(Encoding.ASCII.GetString(text, start, position - start));
        while (text[position] != '"')
        {
            if (text[position] == '\\')
            {
                ReadEscape(value);
                continue;
            }
            // Go takes a broken sequence byte by byte.
            var isWhole = Rune.DecodeFromUtf8(text.AsSpan(position), out var rune, out var length) == OperationStatus.Done;
            value.Append(rune.ToString());
            position += isWhole ? length : 1;
        }
        position++;
        return value.ToString();
    }

    private void ReadEscape(StringBuilder value)
    {
        var c = (char)text[position + 1];
        if (c != 'u')
        {
            value.Append(c switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => c });
            position += 2;
            return;
        }
        var unit = ReadHex(position);
        if (char.IsHighSurrogate(unit) && text[position + 6] == '\\' && text[position + 7] == 'u'
            && char.IsLowSurrogate(ReadHex(position + 6)))
        {
            value.Append(unit).Append(ReadHex(position + 6));
            position += 12;
            return;
        }
        value.Append(char.IsSurrogate(unit) ? '\ufffd' : unit);
        position += 6;
    }

    private char ReadHex(int escape) =>
        (char)int.Parse(Encoding.ASCII.GetString(text, escape + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
