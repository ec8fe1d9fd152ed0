using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands;

/// <summary>Makes a cluster out of its name, or of one that is only its properties now.</summary>
public sealed class ClusterConverter : RecordConverter<Cluster>
{
    /// <inheritdoc/>
    protected override Cluster? Convert(PSObject source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.BaseObject is string name ? Find(null, name)
            : Text(source, nameof(Cluster.Name)) is { } named && source.Properties[nameof(Cluster.NodeCount)] is not null
            ? Find(Here(Text(source, nameof(Cluster.XenDir))), named)
            : null;
    }

    private static Cluster? Find(string? directory, string name) =>
        ItemName.IsValid(name) ? new ClusterStore(XenDirectory.Resolve(directory, onWait: null)).Get(name) : null;
}
