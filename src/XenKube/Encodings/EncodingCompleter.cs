using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Encodings;

/// <summary>Completes the names of encodings that PowerShell's own cmdlets offer.</summary>
public sealed class EncodingCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) => Completions.Of(wordToComplete, _ => TextEncodings.Names);
}
