using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Disks;

/// <summary>Reads the grub.cfg of the OEM partition, which holds the URL of the node's Ignition config.</summary>
[Cmdlet(VerbsCommon.Get, "OemGrubConfig", DefaultParameterSetName = NameSet)]
[Alias("Get-XenOemGrubConfig")]
[OutputType(typeof(OemGrubConfig))]
public sealed class GetOemGrubConfigCommand : DiskCommand
{
    /// <inheritdoc/>
    protected override void ProcessDisk(string path, Node? node) => WriteObject(OemGrubConfig.Read(path));
}
