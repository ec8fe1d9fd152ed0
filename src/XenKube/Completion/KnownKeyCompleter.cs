using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Images.Signatures;

namespace XenKube.Commands.Completion;

/// <summary>Completes names of the keys that come with XenKube.</summary>
public sealed class KnownKeyCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => KnownKey.All.Select(key => (key.Name, $"{key.Description}: {key.Fingerprint}")));
}
