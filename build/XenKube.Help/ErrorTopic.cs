namespace XenKube.Help;

/// <summary>The list of error ids, as the help topic about_XenKube_Errors and as the page docs/errors.md.</summary>
public static class ErrorTopic
{
    /// <summary>The lines of the help topic.</summary>
    public static string RenderTopic()
    {
        var name = ErrorIds.All.Max(id => id.Name.Length) + 2;
        var kind = ErrorIds.All.Max(id => id.Kind.ToString().Length) + 2;
        return AboutTopic.Render(
        [
            "# about_XenKube_Errors",
            "",
            "## Short description",
            "The ids of all errors of XenKube, for scripts.",
            "",
            "## Long description",
            "$_.FullyQualifiedErrorId of an error begins with one of these ids; the command follows after a comma. $_.CategoryInfo has the category and the target, $_.ErrorDetails.RecommendedAction says what to do, and $_.Exception has File, Place, Reason and Remedy.",
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
            .. ErrorIds.All.Select(id => id.Name.PadRight(name) + id.Kind.ToString().PadRight(kind) + id.Sentence),
            "```",
            "",
            "## See also",
            "- about_XenKube",
        ]);
    }

    /// <summary>The text of docs/errors.md.</summary>
    public static string RenderPage() => string.Join('\n',
    [
        "# Errors",
        "",
        "Every error of XenKube has a stable id, by which a script recognises the error: in pwsh `$_.FullyQualifiedErrorId` begins with",
        "the id, and the category is as below. The message names the file, the place and the reason, and",
        "`$_.ErrorDetails.RecommendedAction` says what to do. In pwsh this list is `Get-Help about_XenKube_Errors`.",
        "",
        "The list is written from `src/XenKube.Core/ErrorIds.cs` by `build/write-errors.sh`; a test compares both.",
        "",
        "| id | category | what is wrong |",
        "|---|---|---|",
        .. ErrorIds.All.Select(id => $"| `{id.Name}` | {id.Kind} | {id.Sentence.Replace("|", @"\|", StringComparison.Ordinal)} |"),
        "",
    ]);
}
