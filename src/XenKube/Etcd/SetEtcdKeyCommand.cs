using System.Management.Automation;
using System.Text;

namespace XenKube.Commands.Etcd;

/// <summary>Writes a key of an etcd cluster.</summary>
[Cmdlet(VerbsCommon.Set, "EtcdKey", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Set-XenEtcdKey")]
[OutputType(typeof(void))]
public sealed class SetEtcdKeyCommand : EtcdClusterCommand
{
    /// <summary>The key.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Key { get; set; } = "";

    /// <summary>The value, a text.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    [AllowEmptyString]
    public string Value { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessCluster(XenKube.Clusters.Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        if (Should($"Write the key {Key} of the etcd cluster {cluster}"))
        {
            Open(cluster, timeout: 5).SetKey(cluster.Name, Key, Encoding.UTF8.GetBytes(Value), StopToken);
        }
    }
}
