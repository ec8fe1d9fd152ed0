using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Clusters;

namespace XenKube.Commands.Completion;

/// <summary>Completes names of the nodes of the cluster that is already typed.</summary>
public sealed class NodeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ =>
        {
            var cluster = fakeBoundParameters?["Cluster"] as string ?? "*";
            return new NodeStore(Completions.XenDirectory(fakeBoundParameters)).List(new NodeName(cluster, "*")).Select(node => node.Name).Distinct();
        });
}
