using System.Globalization;
using System.Text.Json;

namespace XenKube.Files;

/// <summary>
/// Reads JSON that other programs wrote: xl, and etcd, which runs in guests. Text of another shape lacks what is asked for, and is not an
/// exception.
/// </summary>
internal static class LooseJson
{
    /// <summary>A member of an object; undefined if the object lacks it.</summary>
    public static JsonElement Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    /// <summary>A text; null if the object lacks it.</summary>
    public static string? Text(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: not JsonValueKind.Undefined } value ? value.ToString() : null;

    /// <summary>A number that is a text in the JSON; null if the object lacks it.</summary>
    public static ulong? Number(JsonElement element, string name) =>
        ulong.TryParse(Text(element, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The elements of a list of an object; none if the object lacks the list.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement element, string name) => Items(Find(element, name));

    /// <summary>The elements of a list; none if it is something else.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement list) => list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    /// <summary>Bytes, which are base64 in the JSON; null if the object lacks them.</summary>
    public static byte[]? Bytes(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.String } value && value.TryGetBytesFromBase64(out var bytes) ? bytes : null;
}
