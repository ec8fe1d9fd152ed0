using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Clusters;

/// <summary>Makes clusters: the directory of their nodes, and the directory from which their configs are served.</summary>
[Cmdlet(VerbsCommon.New, "Cluster", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("New-XenCluster")]
[OutputType(typeof(Cluster))]
public sealed class NewClusterCommand : XenDirCommand
{
    private const string NameSet = "Name";
    private const string InputObjectSet = "InputObject";

    /// <summary>Names of the new clusters: letters, digits, '-', '_' and '.', beginning with a letter or digit.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [Alias("Cluster")]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Names of the new clusters, or clusters, such as those of another host, whose names the new ones get.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>Returns a cluster that already exists as it is, without an error.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var store = new ClusterStore(Directory);
        var names = Name.ToList();
        if (InputObject is not null)
        {
            Guard(InputObject.BaseObject, () => names.AddRange(PipedObject.Elements(InputObject).Select(element =>
                ClusterName(new PipedObject(element)) ?? throw NotCluster(new PipedObject(element)))));
        }
        foreach (var name in names)
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
