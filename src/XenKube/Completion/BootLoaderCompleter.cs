using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Guests;

namespace XenKube.Commands.Completion;

/// <summary>Completes the words that stand for a boot loader.</summary>
public sealed class BootLoaderCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) => Completions.Of(wordToComplete, _ => BootLoaders.Words);
}
