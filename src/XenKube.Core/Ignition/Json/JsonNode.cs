namespace XenKube.Ignition.Json;

/// <summary>A JSON value and its place, in bytes from the start of the text.</summary>
/// <remarks>Held against encoding/json of Go 1.19.</remarks>
internal sealed class JsonNode(JsonKind kind, int start)
{
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

    /// <summary>The text of a string, the literal of a number or bool.</summary>
    public string Text { get; init; } = "";

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
