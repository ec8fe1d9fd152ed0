using System.Text;

namespace XenKube.Ignition.Json;

/// <summary>A JSON value and its place, in bytes from the start of the text.</summary>
/// <remarks>Held against encoding/json of Go 1.19.</remarks>
internal sealed class JsonNode(JsonKind kind, int start, byte[] text)
{
    /// <summary>So many members are looked through faster than they are put into a dictionary, which takes far more memory too.</summary>
    private const int Few = 16;

    private List<JsonNode>? items;
    private Dictionary<string, JsonNode>? last;

    /// <summary>The kind of value.</summary>
    public JsonKind Kind { get; } = kind;

    /// <summary>The first byte; of a list or an object, the byte after its bracket, as the reference counts.</summary>
    public int Start { get; } = start;

    /// <summary>One after the last byte.</summary>
    public int End { get; set; }

    /// <summary>The key's quote, if the value is a member of an object.</summary>
    public int KeyStart { get; init; }

    /// <summary>One after the key's closing quote.</summary>
    public int KeyEnd { get; init; }

    /// <summary>The key, if the value is a member of an object.</summary>
    public string Key { get; init; } = "";

    /// <summary>The text of a string, the literal of a number or bool. It is not kept: documents may be large.</summary>
    public string Text => Kind switch
    {
        JsonKind.String => JsonText.StringAt(text, Start),
        JsonKind.Number or JsonKind.Bool or JsonKind.Null => Encoding.ASCII.GetString(text, Start, End - Start),
        _ => "",
    };

    /// <summary>The items of a list; all members of an object in order, those with a repeated key too.</summary>
    public IReadOnlyList<JsonNode> Items => items ?? (IReadOnlyList<JsonNode>)[];

    /// <summary>The kind as Go's messages name it.</summary>
    public string GoKind => Kind switch
    {
        JsonKind.Null => "null",
        JsonKind.Bool => "bool",
        JsonKind.Number => "number",
        JsonKind.String => "string",
        JsonKind.Array => "array",
        _ => "object",
    };

    /// <summary>Adds an item or member.</summary>
    public void Add(JsonNode item)
    {
        (items ??= []).Add(item);
        last = null;
    }

    /// <summary>The member of exactly this key, the last if there are several; null if there is none.</summary>
    public JsonNode? Member(string key)
    {
        if (Kind != JsonKind.Object || items is null)
        {
            return null;
        }
        if (items.Count <= Few)
        {
            for (var at = items.Count - 1; at >= 0; at--)
            {
                if (items[at].Key == key)
                {
                    return items[at];
                }
            }
            return null;
        }
        if (last is null)
        {
            last = new Dictionary<string, JsonNode>(items.Count, StringComparer.Ordinal);
            foreach (var item in items)
            {
                last[item.Key] = item;
            }
        }
        return last.GetValueOrDefault(key);
    }
}
