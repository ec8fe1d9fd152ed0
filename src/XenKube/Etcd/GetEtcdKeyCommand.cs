using System.Management.Automation;
using System.Text;

namespace XenKube.Commands.Etcd;

/// <summary>Reads a key of an etcd cluster.</summary>
[Cmdlet(VerbsCommon.Get, "EtcdKey", DefaultParameterSetName = NameSet)]
[Alias("Get-XenEtcdKey")]
[OutputType(typeof(string))]
public sealed class GetEtcdKeyCommand : EtcdClusterCommand
{
    /// <summary>The key.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Key { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessCluster(XenKube.Clusters.Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        if (Open(cluster, timeout: 5).GetKey(cluster.Name, Key, StopToken) is { } value)
        {
            WriteObject(Encoding.UTF8.GetString(value));
        }
    }
}
