using System.Management.Automation;
using XenKube.Etcd;

namespace XenKube.Commands.Etcd;

/// <summary>Makes the data of all members of an etcd cluster again from a snapshot, on the disks of their stopped nodes.</summary>
[Cmdlet(VerbsData.Restore, "EtcdCluster", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = NameSet)]
[Alias("Restore-XenEtcdCluster")]
[OutputType(typeof(EtcdCluster))]
public sealed class RestoreEtcdClusterCommand : EtcdClusterCommand
{
    /// <summary>The snapshot. Wildcards are allowed if they match one file.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The snapshot, its path taken as it is.</summary>
    [Parameter]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>The token of the cluster from now on. Default: the one that it has, with another number.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Token { get; set; }

    /// <summary>Nobody is asked.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessCluster(XenKube.Clusters.Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var path = OneFile(Path, LiteralPath, () => throw new InvalidInputException(ErrorIds.PathAmbiguous, null, null,
            "no snapshot is named", "Name it with -Path or -LiteralPath"));
        if (ShouldDestroy($"Put the data of the etcd cluster {cluster} aside on all disks, and restore those of {path}", Force))
        {
            WriteObject(new EtcdRestore(DirectoryOf(cluster.XenDir)).Run(cluster.Name, path, Token, StopToken));
        }
    }
}
