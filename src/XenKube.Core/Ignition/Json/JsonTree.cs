using System.Globalization;

namespace XenKube.Ignition.Json;

/// <summary>
/// Reads JSON into nodes with positions. Bytes that are not UTF-8 and lone surrogates become U+FFFD, as in Go. Without recursion,
/// so that nesting costs no stack.
/// </summary>
/// <remarks>Held against encoding/json of Go 1.19.</remarks>
internal sealed class JsonTree
{
    /// <summary>More different keys than any config has; those of a hostile one are not kept.</summary>
    private const int MostKeys = 1024;

    private readonly HashSet<string> keys = new(StringComparer.Ordinal);
    private readonly byte[] text;
    private int position;

    private JsonTree(byte[] text) => this.text = text;

    /// <summary>Whether a number somewhere is beyond a double, which makes the reference lose all positions.</summary>
    public bool HasHugeNumber { get; private set; }

    /// <summary>The value of the whole text.</summary>
    public JsonNode Root { get; private set; } = new(JsonKind.Null, 0, []);

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
            key = ReadKey();
            keyEnd = position;
            SkipSpace();
            position++;
            SkipSpace();
        }
        var start = position;
        var kind = text[position] switch
        {
            (byte)'{' => JsonKind.Object,
            (byte)'[' => JsonKind.Array,
            (byte)'"' => JsonKind.String,
            (byte)'n' => JsonKind.Null,
            (byte)'t' or (byte)'f' => JsonKind.Bool,
            _ => JsonKind.Number,
        };
        switch (kind)
        {
            case JsonKind.Array or JsonKind.Object:
                start = ++position;
                break;
            case JsonKind.String:
                SkipString();
                break;
            default:
                SkipWord();
                break;
        }
        if (kind == JsonKind.Number && !double.IsFinite(double.Parse(text.AsSpan(start, position - start), CultureInfo.InvariantCulture)))
        {
            HasHugeNumber = true;
        }
        return new JsonNode(kind, start, text) { Key = key, KeyStart = keyStart, KeyEnd = keyEnd };
    }

    private void SkipSpace()
    {
        while (position < text.Length && text[position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            position++;
        }
    }

    private void SkipWord()
    {
        while (position < text.Length
            && (char.IsAsciiLetterOrDigit((char)text[position]) || text[position] is (byte)'+' or (byte)'-' or (byte)'.'))
        {
            position++;
        }
    }

    private void SkipString()
    {
        position = JsonText.EndOf(text, position);
    }

    /// <summary>A key, which is the same object wherever it is repeated, as most keys are.</summary>
    private string ReadKey()
    {
        var key = JsonText.StringAt(text, position);
        SkipString();
        if (!keys.TryGetValue(key, out var known))
        {
            if (keys.Count == MostKeys)
            {
                return key;
            }
            keys.Add(known = key);
        }
        return known;
    }
}
