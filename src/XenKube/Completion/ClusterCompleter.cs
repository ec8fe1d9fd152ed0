using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Clusters;
using XenKube.Commands.Guide;

namespace XenKube.Commands.Completion;

/// <summary>
/// Completes names of clusters, and, after a slash, of their nodes; for the guide's words nodes of the current cluster, and
/// for kgen its actions.
/// </summary>
public sealed class ClusterCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, word =>
        {
            switch (Completions.GuideWordOf(commandAst))
            {
                case null:
                    return ClustersAndNodes(commandName, Completions.XenDirectory(fakeBoundParameters), word);
                case GuideWord.Generate:
                    return KgenAction.Names;
                case var guide:
                    return NodeCompleter.NodesHere(guide, Completions.XenDirectory(fakeBoundParameters), word);
            }
        });

    private static IEnumerable<string> ClustersAndNodes(string commandName, XenDirectory directory, string word)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? Completions.Clusters(directory)
            : NodeCompleter.Names(commandName, directory, word[..slash], word[(slash + 1)..]).Select(node => node.ToString());
    }
}
