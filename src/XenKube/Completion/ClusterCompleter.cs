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
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var guide = Completions.GuideWordOf(commandAst);
        var names = Completions.Of(wordToComplete, word => guide switch
        {
            null => ClustersAndNodes(commandName, Completions.XenDirectory(fakeBoundParameters), word),
            GuideWord.Generate => KgenAction.Names,
            _ => NodeCompleter.NodesHere(guide, Completions.XenDirectory(fakeBoundParameters), word),
        }).ToList();
        // Where names of nodes are taken, an image or another file of a node is taken too. The files of a directory are not offered to
        // somebody who has typed nothing.
        return guide is null && ((names.Count == 0 && wordToComplete is { Length: > 0 }) || IsPath(wordToComplete))
            ? names.Concat(CompletionCompleters.CompleteFilename(wordToComplete)) : names;
    }

    private static IEnumerable<string> ClustersAndNodes(string commandName, XenDirectory directory, string word)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 ? NodeCompleter.Names(commandName, directory, word[..slash], word[(slash + 1)..]).Select(node => node.ToString())
            : word.Length > 0 && commandName.EndsWith("-XenGuest", StringComparison.OrdinalIgnoreCase)
                ? Completions.Clusters(directory).Concat(NodeCompleter.Domains(commandName, directory, word))
            : Completions.Clusters(directory);
    }

    private static bool IsPath(string? word) => word?.Trim('\'', '"') is ['.' or '/' or '~', ..];
}
