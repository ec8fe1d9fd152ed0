using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace XenKube.Commands.Completion;

/// <summary>Completes the channels that every release server has.</summary>
public sealed class ChannelCompleter : IArgumentCompleter
{
    private static readonly string[] Channels = ["stable", "beta", "alpha", "testing", "next"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => Channels);
}
