using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace XenKube.Commands.Completion;

/// <summary>Completes the kinds of machines that releases are for.</summary>
public sealed class BoardCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => ["amd64-usr", "arm64-usr", "x86_64", "aarch64"]);
}
