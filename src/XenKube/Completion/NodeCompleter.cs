using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Clusters;

namespace XenKube.Commands.Completion;

/// <summary>Completes names of the nodes of the cluster that is already typed; for the guide's words, of the current one.</summary>
public sealed class NodeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ =>
        {
            var directory = Completions.XenDirectory(fakeBoundParameters);
            return Completions.GuideWordOf(commandAst) is null
                ? Nodes(commandName, directory, Completions.Text(fakeBoundParameters, "Cluster") ?? "*").Select(node => node.Name).Distinct()
                : NodesHere(commandName, directory);
        });

    internal static IEnumerable<string> NodesHere(string commandName, XenDirectory directory) =>
        directory.FindClusterAt(Completions.CurrentDirectory) is { } cluster ? Nodes(commandName, directory, cluster).Select(node => node.Name) : [];

    internal static IEnumerable<Node> Nodes(string commandName, XenDirectory directory, string cluster) =>
        GuestStateFilter.Apply(commandName, new NodeStore(directory).List(new NodeName(cluster, "*")));
}
