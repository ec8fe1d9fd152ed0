using System.Text.Encodings.Web;
using System.Text.Json;

namespace XenKube.Cli.Output.Json;

/// <summary>Writes objects as the JSON that <c>--json</c> prints.</summary>
internal static class JsonText
{
    private static readonly CliJson Indented = Create(indented: true);
    private static readonly CliJson Lines = Create(indented: false);

    /// <summary>The JSON of an object, with everything escaped that a terminal would act upon.</summary>
    /// <param name="value">The object.</param>
    /// <param name="indented">False for one line.</param>
    public static string Of<T>(T value, bool indented) => JsonSerializer.Serialize(value, typeof(T), indented ? Indented : Lines);

    private static CliJson Create(bool indented) => new(new JsonSerializerOptions(CliJson.Default.Options)
    {
        WriteIndented = indented,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new PrintableJsonConverter() },
    });
}
