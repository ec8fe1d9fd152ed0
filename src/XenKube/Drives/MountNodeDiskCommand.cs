using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Disks;

namespace XenKube.Commands.Drives;

/// <summary>Makes a drive over the file systems of a disk image.</summary>
[Cmdlet(VerbsData.Mount, "NodeDisk", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Mount-XenNodeDisk")]
[OutputType(typeof(NodeDiskDrive))]
public sealed class MountNodeDiskCommand : DiskCommand
{
    /// <summary>
    /// Name of the drive; a script block such as { $_.GuestName } makes one for each node. Default: the name of the node or image.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidatePattern("^[A-Za-z0-9_-]+$")]
    public string? DriveName { get; set; }

    /// <summary>Allows changes. The image is then locked until the drive is removed.</summary>
    [Parameter]
    public SwitchParameter Writable { get; set; }

    /// <inheritdoc/>
    protected override void ProcessDisk(string path, Node? node)
    {
        var name = DriveName ?? NodeDiskDrive.NameFor(node?.Name ?? System.IO.Path.GetFileNameWithoutExtension(path));
        NodeDiskDrive.RequireFree(SessionState, name, path);
        if (Should($"Mount {path} as {name}:{(Writable ? ", writable" : "")}"))
        {
            WriteObject(NodeDiskDrive.Mount(SessionState, name, path, Writable));
        }
    }
}
