using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Images.Signatures;

namespace XenKube.Commands.Completion;

/// <summary>Completes fingerprints of the trusted keys.</summary>
public sealed class FingerprintCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => new TrustStore(Completions.XenDirectory(fakeBoundParameters).KeysPath).List()
            .Select(key => (key.Fingerprint, key.UserId)));
}
