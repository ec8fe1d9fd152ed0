using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace XenKube.Commands.Completion;

/// <summary>Completes names of the bridges of this machine.</summary>
public sealed class BridgeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => new[] { Completions.XenDirectory(fakeBoundParameters).Settings.Bridge }
            .Concat(Directory.Exists("/sys/class/net") ? Directory.EnumerateDirectories("/sys/class/net")
                .Where(path => Directory.Exists(Path.Combine(path, "bridge"))).Select(path => Path.GetFileName(path)) : [])
            .Distinct().Order(StringComparer.Ordinal));
}
