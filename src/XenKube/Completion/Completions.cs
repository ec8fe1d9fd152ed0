using System.Buffers;
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Clusters;

namespace XenKube.Commands.Completion;

/// <summary>What completers share: they never fail, never wait, and quote what needs quotes.</summary>
internal static class Completions
{
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(" '\"`$(){}[];,&|<>@#");

    /// <summary>The candidates that begin with what is typed; none where anything goes wrong.</summary>
    /// <param name="wordToComplete">What is typed, quotes included.</param>
    /// <param name="candidates">All candidates for a word.</param>
    public static IEnumerable<CompletionResult> Of(string? wordToComplete, Func<string, IEnumerable<string>> candidates)
    {
        var word = (wordToComplete ?? "").Trim('\'', '"');
        try
        {
            return [.. candidates(word)
                .Where(candidate => candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase) || (NamePattern.IsPattern(word) && NamePattern.IsMatch(word, candidate)))
                .Select(candidate => new CompletionResult(Quote(candidate), candidate, CompletionResultType.ParameterValue, candidate))];
        }
        catch (Exception error) when (error is XenKubeException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The XENDIR that the command being typed would use.</summary>
    /// <param name="fakeBoundParameters">What is typed already.</param>
    public static XenDirectory XenDirectory(IDictionary? fakeBoundParameters) =>
        Clusters.XenDirectory.Resolve(fakeBoundParameters?["XenDir"] as string);

    private static string Quote(string text) => text.AsSpan().IndexOfAny(NeedQuotes) < 0 ? text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
}
