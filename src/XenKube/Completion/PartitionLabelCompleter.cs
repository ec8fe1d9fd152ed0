using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Clusters;

namespace XenKube.Commands.Completion;

/// <summary>Completes labels of the partitions of the disk that is already typed.</summary>
public sealed class PartitionLabelCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ =>
            new CompletionClock().Read(DiskPath(fakeBoundParameters), disk => disk.Partitions).Partitions.Where(partition =>
                partition.Label.Length > 0)
                .Select(partition => (partition.Label, string.Create(CultureInfo.InvariantCulture,
                    $"{partition.Number}: {partition.Label} {partition.FileSystem}"))).ToArray());

    private static string DiskPath(IDictionary bound)
    {
        if ((Completions.Text(bound, "Path") ?? Completions.Text(bound, "LiteralPath")) is { } path)
        {
            return Completions.Resolve(path);
        }
        var cluster = Completions.Text(bound, "Cluster") ?? "*";
        if (File.Exists(Completions.Resolve(cluster)))
        {
            return Completions.Resolve(cluster);
        }
        var name = Completions.Text(bound, "Name") is { } node ? $"{cluster}/{node}" : cluster;
        var store = new NodeStore(Completions.XenDirectory(bound));
        return new CompletionClock().Limit(store.Names(NodeName.Parse(name))).Select(node => store.Describe(node.Cluster, node.Node))
            .First(node => node.HasDisk).DiskPath;
    }
}
