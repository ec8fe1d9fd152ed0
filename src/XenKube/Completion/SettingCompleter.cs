using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Clusters;

namespace XenKube.Commands.Completion;

/// <summary>Completes the names of settings.</summary>
public sealed class SettingCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => SettingsStore.Names);
}
