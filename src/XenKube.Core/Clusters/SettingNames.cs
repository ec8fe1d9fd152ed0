using System.Text.Json;

namespace XenKube.Clusters;

/// <summary>The names of the settings, and what is wrong with a file of them, in plain words.</summary>
internal static class SettingNames
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>All names, as they are written in the file.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. XenSettingsJson.Default.XenSettings.Properties.Where(property => property.Set is not null)
            .Select(property => property.Name).Order(StringComparer.Ordinal),
    ];

    /// <summary>Refuses a name that is not one of a setting, with the name that was probably meant.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidInputException">There is such a name.</exception>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static void Check(ReadOnlyMemory<byte> json, string path)
    {
        using var document = JsonDocument.Parse(json.Span is [0xef, 0xbb, 0xbf, ..] ? json[3..] : json, Lenient);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidInputException(ErrorIds.SettingsInvalid, path, null, "the settings are not an object in braces",
                "Write them as { \"port\": 8080 }");
        }
        foreach (var setting in document.RootElement.EnumerateObject().Where(setting => !All.Contains(setting.Name)))
        {
            throw Unknown(setting.Name, path);
        }
    }

    /// <summary>The error for a name that is not one of a setting, with the name that was probably meant.</summary>
    /// <param name="name">The name.</param>
    /// <param name="path">The file.</param>
    public static InvalidInputException Unknown(string name, string path)
    {
        var longer = name.Length < 3 ? null : All.FirstOrDefault(own => own.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        var near = longer ?? All.MinBy(own => Distance(own, name))!;
        var isNear = longer is not null || Distance(near, name) <= Math.Max(2, name.Length / 3);
        return new InvalidInputException(ErrorIds.SettingsInvalid, path, null, $"there is no setting '{Printable.Of(name)}'",
            isNear ? $"Perhaps '{near}' is meant; the settings are {string.Join(", ", All)}"
                : $"The settings are {string.Join(", ", All)}");
    }

    /// <summary>The error for a file of settings that is not JSON, or has a value of another kind.</summary>
    /// <param name="path">The file.</param>
    /// <param name="error">The error of the JSON reader.</param>
    public static InvalidInputException NotJson(string path, JsonException error) => new(ErrorIds.SettingsInvalid, path,
        $"line {(error.LineNumber ?? 0) + 1}", Reason(error), "Correct the file, or remove it to use the defaults", error);

    /// <summary>What a value should be, where it is of another kind.</summary>
    /// <param name="error">The error of the JSON reader.</param>
    private static string Reason(JsonException error)
    {
        var name = error.Path?.TrimStart('$', '.').Split('[')[0] ?? "";
        return XenSettingsJson.Default.XenSettings.Properties.FirstOrDefault(property => property.Name == name) is not { } setting
                ? $"it is not JSON: {error.Message.Split(" Path:")[0]}"
            : setting.PropertyType == typeof(int) ? $"the value of '{name}' is not a whole number"
            : setting.PropertyType == typeof(bool) ? $"the value of '{name}' is neither true nor false"
            : setting.PropertyType == typeof(string) ? $"the value of '{name}' is not a text in quotes"
            : $"the value of '{name}' is not a list of texts in brackets";
    }

    /// <summary>How many letters have to be added, removed or changed, whatever their case (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? diagonal : diagonal + 1;
                diagonal = row[j];
                row[j] = Math.Min(cost, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
