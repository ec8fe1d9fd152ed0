using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Ignition;

namespace XenKube.Commands.Completion;

/// <summary>Completes the platforms whose metadata a Container Linux Config can use.</summary>
public sealed class PlatformCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) => Completions.Of(wordToComplete, _ => IgnitionTranspiler.PlatformNames);
}
