using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Hosting;

namespace XenKube.Commands.Completion;

/// <summary>Completes the steps of the host's set-up.</summary>
public sealed class HostStepCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => HostPlan.StepNames);
}
