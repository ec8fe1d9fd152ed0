using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace XenKube.Commands.Completion;

/// <summary>Completes names of the network interfaces of this machine.</summary>
public sealed class InterfaceCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => Directory.Exists("/sys/class/net")
            ? Directory.EnumerateDirectories("/sys/class/net").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal) : []);
}
