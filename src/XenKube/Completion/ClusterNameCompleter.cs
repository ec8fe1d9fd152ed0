using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace XenKube.Commands.Completion;

/// <summary>Completes names of clusters.</summary>
public sealed class ClusterNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => Completions.Clusters(Completions.XenDirectory(fakeBoundParameters)));
}
