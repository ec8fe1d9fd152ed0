using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace XenKube.Files;

/// <summary>
/// Reads objects whose files may leave out members: those have the values of a given object. The code that the compiler writes for JSON
/// gives members that are set at creation alone the default of their type instead.
/// </summary>
internal static class DefaultedJson
{
    /// <summary>Reads an object.</summary>
    /// <param name="json">Its text in UTF-8.</param>
    /// <param name="defaults">What the members have that the text leaves out.</param>
    /// <param name="type">How the type is written.</param>
    /// <returns>The object; null where the text is <c>null</c>.</returns>
    /// <exception cref="JsonException">The text is not such an object; the error has its line.</exception>
    public static T? Read<T>(ReadOnlySpan<byte> json, T defaults, JsonTypeInfo<T> type)
        where T : class
    {
        // Everything that is wrong is found here, at its place in the text.
        if (JsonSerializer.Deserialize(json, type) is null)
        {
            return null;
        }
        var reader = new Utf8JsonReader(json is [0xef, 0xbb, 0xbf, ..] ? json[3..] : json, new JsonReaderOptions
        {
            CommentHandling = type.Options.ReadCommentHandling,
            AllowTrailingCommas = type.Options.AllowTrailingCommas,
        });
        using var given = JsonDocument.ParseValue(ref reader);
        using var all = JsonSerializer.SerializeToDocument(defaults, type);
        var merged = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(merged))
        {
            writer.WriteStartObject();
            foreach (var member in all.RootElement.EnumerateObject().Where(member => !given.RootElement.TryGetProperty(member.Name, out _)))
            {
                member.WriteTo(writer);
            }
            foreach (var member in given.RootElement.EnumerateObject())
            {
                member.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        return JsonSerializer.Deserialize(merged.WrittenSpan, type);
    }
}
