using System.Text.RegularExpressions;

namespace XenKube.Help;

/// <summary>Turns the table of error ids of docs/errors.md into the help topic about_XenKube_Errors.</summary>
public static partial class ErrorTopic
{
    public static string Render(IReadOnlyList<string> lines)
    {
        var errors = lines.Select(line => Row().Match(line)).Where(match => match.Success)
            .Select(match => (Id: match.Groups[1].Value, Category: match.Groups[2].Value, Text: match.Groups[3].Value.Replace(@"\|", "|", StringComparison.Ordinal).Trim())).ToArray();
        var id = errors.Max(error => error.Id.Length) + 2;
        var category = errors.Max(error => error.Category.Length) + 2;
        return AboutTopic.Render(
        [
            "# about_XenKube_Errors",
            "",
            "## Short description",
            "The ids of all errors of XenKube, for scripts.",
            "",
            "## Long description",
            "$_.FullyQualifiedErrorId of an error begins with one of these ids, and goes on with the command after a comma. $_.CategoryInfo has the category and the target, $_.ErrorDetails.RecommendedAction says what to do, and $_.Exception has File, Place, Reason and Remedy.",
            "",
            "```",
            "try { Reset-Ignition etcd -ErrorAction Stop }",
            "catch { if ($_.FullyQualifiedErrorId -like 'ImageInUse,*') { 'the guest runs' } else { throw } }",
            "```",
            "",
            "An error that concerns one of several objects does not end the command; -ErrorAction Stop makes it do so.",
            "",
            "## Ids",
            "",
            "```",
            .. errors.Select(error => $"{error.Id.PadRight(id)}{error.Category.PadRight(category)}{error.Text}".TrimEnd()),
            "```",
            "",
            "## See also",
            "- about_XenKube",
        ]);
    }

    [GeneratedRegex(@"^\| `([A-Za-z0-9]+)` \| (\w+) \| [^|]* \| (.*?) ?\|$")]
    private static partial Regex Row();
}
