using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Clusters;
using XenKube.Commands.Guide;

namespace XenKube.Commands.Completion;

/// <summary>Completes names of the nodes of the cluster that is already typed; for the guide's words, of the current one.</summary>
public sealed class NodeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, prefix =>
        {
            var directory = Completions.XenDirectory(fakeBoundParameters);
            if (Completions.GuideWordOf(commandAst) is not { } word)
            {
                return Names(commandName, directory, Completions.Text(fakeBoundParameters, "Cluster") ?? "*", prefix)
                    .Select(node => node.Node).Distinct();
            }
            return word == GuideWord.Generate && MountedNode(commandAst, wordToComplete) is { } node
                ? Labels(directory, node) : NodesHere(word, directory, prefix);
        });

    internal static IEnumerable<string> NodesHere(string commandName, XenDirectory directory, string prefix) =>
        directory.FindClusterAt(Completions.CurrentDirectory) is { } cluster
            ? Names(commandName, directory, cluster, prefix).Select(node => node.Node) : [];

    internal static IEnumerable<NodeName> Names(string commandName, XenDirectory directory, string cluster, string prefix)
    {
        var store = new NodeStore(directory);
        var clock = new CompletionClock();
        var names = clock.Limit(store.Names(new NodeName(cluster, "*")).Where(name => Completions.Fits(prefix, name.Node))).ToList();
        names.Sort((left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));
        return GuestStateFilter.Apply(commandName, store, names, clock);
    }

    /// <summary>The domains of the nodes, those that begin with a word.</summary>
    internal static IEnumerable<string> Domains(string commandName, XenDirectory directory, string word)
    {
        var store = new NodeStore(directory);
        var clock = new CompletionClock();
        var nodes = clock.Limit(store.Names(new NodeName("*", "*"))).Select(name => store.Describe(name.Cluster, name.Node))
            .Where(node => Completions.Fits(word, node.GuestName))
            .ToDictionary(node => new NodeName(node.Cluster, node.Name), node => node.GuestName);
        return GuestStateFilter.Apply(commandName, store, [.. nodes.Keys], clock).Select(name => nodes[name]).Order(StringComparer.Ordinal);
    }

    // kgen mount NODE LABEL: the node that is typed already, where it is the label's turn.
    private static string? MountedNode(CommandAst command, string? wordToComplete)
    {
        var typed = command.CommandElements.Count - (string.IsNullOrEmpty(wordToComplete) ? 0 : 1);
        return typed == 3 && KgenAction.IsMount((command.CommandElements[1] as StringConstantExpressionAst)?.Value)
            ? (command.CommandElements[2] as StringConstantExpressionAst)?.Value : null;
    }

    private static IEnumerable<string> Labels(XenDirectory directory, string node)
    {
        var cluster = directory.FindClusterAt(Completions.CurrentDirectory) ?? "";
        var table = new CompletionClock().Read(new NodeStore(directory).Describe(cluster, node).DiskPath, disk => disk.Partitions);
        return [.. table.Partitions.Where(partition => partition.FileSystem.Length > 0).Select(partition => partition.ToString())];
    }
}
