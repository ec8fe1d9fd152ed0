using System.Management.Automation;
using XenKube.Etcd;

namespace XenKube.Commands.Etcd;

/// <summary>Saves a snapshot of the data of an etcd cluster to a file.</summary>
[Cmdlet(VerbsData.Backup, "EtcdCluster", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Backup-XenEtcdCluster")]
[OutputType(typeof(FileInfo))]
public sealed class BackupEtcdClusterCommand : EtcdClusterCommand
{
    /// <summary>The file. Of several clusters each needs a file of its own.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessCluster(XenKube.Clusters.Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var path = Resolve(Path);
        if (!Force && File.Exists(path))
        {
            throw new ItemExistsException(ErrorIds.FileExists, path, null, "exists already", "Use -Force to replace the file");
        }
        if (Should($"Save the data of the etcd cluster {cluster} to {path}"))
        {
            WriteObject(new EtcdSnapshots(DirectoryOf(cluster.XenDir)).Save(cluster.Name, path, StopToken));
        }
    }
}
