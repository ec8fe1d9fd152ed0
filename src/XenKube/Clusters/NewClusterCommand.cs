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

    /// <summary>
    /// Names of the nodes that form an etcd cluster, in their order. The roles are kept with the cluster, and a template for all of its
    /// nodes is written where the cluster has none.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Etcd { get; set; } = [];

    /// <summary>The token that keeps the etcd cluster apart from others. Default: the name of the cluster and -token.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? EtcdToken { get; set; }

    /// <summary>The template of the members: ContainerLinux, as the guide has it, Flatcar or FedoraCoreOS.</summary>
    [Parameter]
    public EtcdTemplate EtcdTemplate { get; set; }

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
            SetRoles(name);
            WriteObject(existing);
        }
        else if (Should($"Create the cluster {name} in {Directory.GuestsPath}"))
        {
            var made = store.Create(name, StopToken);
            SetRoles(name);
            WriteObject(made);
        }
    }

    private void SetRoles(string name)
    {
        if (Etcd.Length > 0 && Should($"Make {string.Join(", ", Etcd)} members of the etcd cluster {name}"))
        {
            new EtcdSetup(Directory).SetMembers(name, Etcd, EtcdToken, EtcdTemplate, StopToken);
        }
    }
}
