using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Clusters;

namespace XenKube.Commands.Completion;

/// <summary>Completes names of clusters.</summary>
public sealed class ClusterNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ => new ClusterStore(Completions.XenDirectory(fakeBoundParameters)).List()
            .Select(cluster => (cluster.Name, string.Create(CultureInfo.InvariantCulture, $"{cluster.Name}: {cluster.NodeCount} nodes"))));
}
