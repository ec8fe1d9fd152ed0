using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Clusters;

namespace XenKube.Commands.Completion;

/// <summary>Completes the steps of a refresh; the tooltip says what each does.</summary>
public sealed class IgnitionResetStepCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => IgnitionResetStep.All.OrderBy(step => step.Name, StringComparer.Ordinal)
            .Select(step => (step.Name, step.Sentence)));
}
