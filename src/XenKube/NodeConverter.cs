using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands;

/// <summary>
/// Makes a node out of what names one: <c>CLUSTER/NODE</c>, a guest, or a node that came through Invoke-Command or a job and
/// is only its properties now, so that nodes listed on one host can be piped into a command on another.
/// </summary>
public sealed class NodeConverter : RecordConverter<Node>
{
    /// <inheritdoc/>
    protected override Node? Convert(PSObject source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.BaseObject is string text)
        {
            return FromName(text, null);
        }
        if (Text(source, nameof(Node.Cluster)) is { } cluster && Text(source, nameof(Node.Name)) is { } name)
        {
            // A XENDIR that this host does not have is another host's: the node is looked up in ours.
            return Get(Here(Text(source, nameof(Node.XenDir))), cluster, name);
        }
        // A guest: XENDIR/guests/CLUSTER/NODE.cfg
        return Text(source, "GuestConfigPath") is { } path && Text(source, "Node") is { } node
            ? FromName(node, Here(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(path)))))
            : null;
    }

    private static Node? FromName(string text, string? directory)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && ItemName.IsValid(parts[0]) && ItemName.IsValid(parts[1])
            ? Get(directory, parts[0], parts[1]) : null;
    }

    private static Node Get(string? directory, string cluster, string name) =>
        new NodeStore(XenDirectory.Resolve(directory, onWait: null)).Get(cluster, name);
}
