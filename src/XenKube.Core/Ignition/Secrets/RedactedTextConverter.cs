using System.Text.Json;
using System.Text.Json.Serialization;

namespace XenKube.Ignition.Secrets;

/// <summary>Writes a text of a config into JSON that shows the result of a command: without secrets and control characters.</summary>
public sealed class RedactedTextConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Printable.Name(SecretText.Redact(value)));
}
