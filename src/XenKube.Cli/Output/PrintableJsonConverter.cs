using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace XenKube.Cli.Output;

/// <summary>
/// Writes texts that may come from a guest's disk: what a terminal would act upon is escaped, and a byte of a name that is not UTF-8
/// stays what <see cref="FileSystems.FileNames"/> makes of it, a lone <c>\udc80</c> to <c>\udcff</c>, so that no two names become one.
/// </summary>
internal sealed class PrintableJsonConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (Printable.Lines(value) == value)
        {
            writer.WriteStringValue(value);
            return;
        }
        var text = new StringBuilder("\"");
        for (var i = 0; i < value.Length;)
        {
            var length = Rune.TryGetRuneAt(value, i, out var rune) ? rune.Utf16SequenceLength : 1;
            var part = value.Substring(i, length);
            if (part is "\"" or "\\")
            {
                text.Append('\\').Append(part);
            }
            else if (Printable.Name(part) == part)
            {
                text.Append(part);
            }
            else
            {
                foreach (var unit in part)
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                }
            }
            i += length;
        }
        writer.WriteRawValue(text.Append('"').ToString(), skipInputValidation: true);
    }
}
