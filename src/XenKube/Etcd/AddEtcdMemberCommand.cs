using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Etcd;

namespace XenKube.Commands.Etcd;

/// <summary>Adds nodes as members to a running etcd cluster; their configs say then that they join.</summary>
[Cmdlet(VerbsCommon.Add, "EtcdMember", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Add-XenEtcdMember")]
[OutputType(typeof(EtcdMember))]
public sealed class AddEtcdMemberCommand : NodeCommand
{
    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        if (Should($"Add {node.GuestName} to the etcd cluster {node.Cluster}"))
        {
            WriteObject(new EtcdMembership(DirectoryOf(node)).Add(node, StopToken));
        }
    }
}
