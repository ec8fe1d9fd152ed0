using XenKube.Files;
using XenKube.Ignition.Json;

namespace XenKube.Clusters;

/// <summary>
/// Values of a cluster for its templates: <c>values.json</c> in the cluster's directory, an object of texts, numbers, true and false.
/// </summary>
internal static class ClusterValues
{
    private const int LargestFile = 1 << 20;

    /// <summary>Reads the values; empty where there is no file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidInputException">It is not such an object.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (WholeFile.TryRead(path, LargestFile, regularOnly: true) is not { } bytes)
        {
            return values;
        }
        JsonNode root;
        try
        {
            root = JsonTree.Read(bytes).Root;
        }
        catch (JsonSyntaxException e)
        {
            throw Invalid(path, $"is not JSON: {e.Message}", e);
        }
        if (root.Kind != JsonKind.Object)
        {
            throw Invalid(path, "is not a JSON object");
        }
        foreach (var member in root.Items)
        {
            if (member.Key.Length == 0 || member.Key.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')))
            {
                throw Invalid(path, $"'{Printable.Of(member.Key)}' is not a name: letters, digits, '_' and '-' are allowed");
            }
            if (member.Kind is not (JsonKind.String or JsonKind.Number or JsonKind.Bool)
                || member.Text.Contains('\n', StringComparison.Ordinal))
            {
                throw Invalid(path, $"{member.Key} is not a text of one line, a number, true or false");
            }
            values[member.Key] = member.Text;
        }
        return values;
    }

    private static InvalidInputException Invalid(string path, string reason, Exception? inner = null) =>
        new(ErrorIds.SettingsInvalid, path, null, reason, "Write an object such as { \"token\": \"abc\" }", inner);
}
