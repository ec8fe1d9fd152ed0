using System.Buffers;
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Clusters;
using XenKube.Commands.Guide;

namespace XenKube.Commands.Completion;

/// <summary>The parts that completers share. Completers never fail, never wait, and quote candidates that need quotes.</summary>
internal static class Completions
{
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(" '\"`$(){}[];,&|<>@#");

    /// <summary>The candidates that begin with what is typed; none where anything goes wrong.</summary>
    /// <param name="wordToComplete">What is typed, quotes included.</param>
    /// <param name="candidates">All candidates for a word.</param>
    public static IEnumerable<CompletionResult> Of(string? wordToComplete, Func<string, IEnumerable<string>> candidates) =>
        Of(wordToComplete, word => candidates(word).Select(candidate => (candidate, candidate)));

    /// <summary>The candidates that begin with what is typed, each with a word to show about it.</summary>
    /// <param name="wordToComplete">What is typed, quotes included.</param>
    /// <param name="candidates">All candidates for a word, and what to show about each.</param>
    public static IEnumerable<CompletionResult> Of(string? wordToComplete,
        Func<string, IEnumerable<(string Text, string ToolTip)>> candidates)
    {
        var word = (wordToComplete ?? "").Trim('\'', '"');
        try
        {
            return [.. candidates(word)
                .Where(candidate => Fits(word, candidate.Text))
                .Select(candidate => new CompletionResult(Quote(candidate.Text), Printable.Name(candidate.Text),
                    CompletionResultType.ParameterValue, Printable.Name(candidate.ToolTip.Length == 0
                        ? candidate.Text : candidate.ToolTip)))];
        }
        catch (Exception error) when (error is XenKubeException or IOException or UnauthorizedAccessException or RuntimeException
            or InvalidOperationException or ArgumentException or System.Security.SecurityException)
        {
            return [];
        }
    }

    /// <summary>True if a candidate begins with what is typed, or with something that fits the pattern that is typed.</summary>
    /// <param name="word">What is typed, without quotes.</param>
    /// <param name="candidate">The candidate.</param>
    public static bool Fits(string word, string candidate) =>
        candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase)
            || (NamePattern.IsPattern(word) && NamePattern.IsMatch($"{word}*", candidate, ignoresCase: true));

    /// <summary>The names of the clusters that are found in time, in their order.</summary>
    /// <param name="directory">The XENDIR.</param>
    public static IEnumerable<string> Clusters(XenDirectory directory) =>
        new CompletionClock().Limit(new ClusterStore(directory).Names()).Order(StringComparer.Ordinal);

    /// <summary>The XENDIR that the command being typed would use.</summary>
    /// <param name="bound">What is typed already.</param>
    public static XenDirectory XenDirectory(IDictionary? bound) =>
        XenKube.Clusters.XenDirectory.Resolve(Text(bound, "XenDir") is { } path ? Resolve(path) : null, onWait: null);

    /// <summary>The XENDIR that the command being typed would use; null where neither it nor the environment names one.</summary>
    /// <param name="bound">What is typed already.</param>
    public static XenDirectory? XenDirectoryIfAny(IDictionary? bound) =>
        Text(bound, "XenDir") is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("XENDIR")) ? null : XenDirectory(bound);

    /// <summary>The settings that the command being typed would use.</summary>
    /// <param name="bound">What is typed already.</param>
    public static XenSettings Settings(IDictionary? bound) => XenDirectoryIfAny(bound)?.Settings ?? new XenSettings();

    /// <summary>The value of a parameter that is typed already, as text; null if it is not.</summary>
    /// <param name="bound">What is typed already.</param>
    /// <param name="parameter">The parameter.</param>
    public static string? Text(IDictionary? bound, string parameter) => bound?[parameter] switch
    {
        null => null,
        PSObject { BaseObject: var value } => value.ToString(),
        IList { Count: > 0 } list => list[0]?.ToString(),
        var value => value.ToString(),
    };

    /// <summary>The full path of a path that is typed relative to $PWD.</summary>
    /// <param name="path">What is typed.</param>
    public static string Resolve(string path) => Path.Combine(CurrentDirectory, path);

    /// <summary>$PWD; the process knows another current directory.</summary>
    public static string CurrentDirectory
    {
        get
        {
            using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
            return shell.AddCommand("Get-Location").AddParameter("PSProvider", "FileSystem").Invoke<PathInfo>()[0].ProviderPath;
        }
    }

    /// <summary>The word by which the command being typed is called, if it is one of the guide's.</summary>
    /// <param name="command">The command being typed.</param>
    public static string? GuideWordOf(CommandAst command) => GuideWord.Of(command.GetCommandName());

    // A name that a terminal would act upon is typed with PowerShell's own escapes, "`u{1b}", which mean the same name.
    private static string Quote(string text) => Printable.Name(text) != text ? $"\"{string.Concat(text.EnumerateRunes().Select(Escape))}\""
        : text.AsSpan().IndexOfAny(NeedQuotes) < 0 ? text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";

    private static string Escape(System.Text.Rune rune) => rune.ToString() switch
    {
        "$" or "`" or "\"" or "\u201c" or "\u201d" or "\u201e" => $"`{rune}",
        var text when Printable.Name(text) != text => $"`u{{{rune.Value:x}}}",
        var text => text,
    };
}
