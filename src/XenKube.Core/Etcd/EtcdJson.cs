using System.Globalization;
using System.Text.Json;

namespace XenKube.Etcd;

/// <summary>
/// Reads answers of etcd's gateway. A member is a guest: an answer of another shape lacks what is asked for, and is not an exception.
/// </summary>
internal static class EtcdJson
{
    /// <summary>A member of an object; undefined if the answer lacks it.</summary>
    public static JsonElement Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    /// <summary>A text; null if the answer lacks it.</summary>
    public static string? Text(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: not JsonValueKind.Undefined } value ? value.ToString() : null;

    /// <summary>A number, which is a text in the JSON; null if the answer lacks it.</summary>
    public static ulong? Number(JsonElement element, string name) =>
        ulong.TryParse(Text(element, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The elements of a list; empty if the answer lacks the list.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>Bytes, which are base64 in the JSON; null if the answer lacks them.</summary>
    public static byte[]? Bytes(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.String } value && value.TryGetBytesFromBase64(out var bytes) ? bytes : null;
}
