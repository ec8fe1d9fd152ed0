using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Clusters;

/// <summary>Makes clusters: the directory of their nodes, and the directory from which their configs are served.</summary>
[Cmdlet(VerbsCommon.New, "Cluster", SupportsShouldProcess = true)]
[OutputType(typeof(Cluster))]
public sealed class NewClusterCommand : XenDirCommand
{
    /// <summary>Names of the new clusters: letters, digits, '-', '_' and '.', beginning with a letter or digit.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Cluster")]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Returns a cluster that already exists as it is, without an error.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var store = new ClusterStore(Directory);
        foreach (var name in Name)
        {
            Guard(name, () => Create(store, name));
        }
    }

    private void Create(ClusterStore store, string name)
    {
        if (Force && store.List("*").FirstOrDefault(cluster => cluster.Name == name) is { } existing)
        {
            WriteObject(existing);
        }
        else if (Should($"Create the cluster {name} in {Directory.GuestsPath}"))
        {
            WriteObject(store.Create(name, StopToken));
        }
    }
}
