using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands;

/// <summary>Makes a drive over the file systems of a disk image.</summary>
[Cmdlet(VerbsData.Mount, "NodeDisk", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(NodeDiskDrive))]
public sealed class MountNodeDiskCommand : DiskCommand
{
    /// <summary>Name of the drive. Default: the name of the node or image.</summary>
    [Parameter]
    [ValidatePattern("^[A-Za-z0-9_-]+$")]
    public string? DriveName { get; set; }

    /// <summary>Allows changes. The image is then held exclusively until it is dismounted.</summary>
    [Parameter]
    public SwitchParameter Writable { get; set; }

    /// <inheritdoc/>
    protected override void ProcessDisk(string path, Node? node)
    {
        var name = DriveName ?? string.Concat((node?.Name ?? System.IO.Path.GetFileNameWithoutExtension(path)).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        if (SessionState.Drive.GetAll().Any(drive => string.Equals(drive.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ItemExistsException("DriveExists", path, null, $"there is a drive {name}: already", "Choose another name with -DriveName, or dismount it");
        }
        if (Should($"Mount {path} as {name}:{(Writable ? ", writable" : "")}"))
        {
            var image = Writable ? NodeDisk.OpenWrite(path) : NodeDisk.OpenRead(path);
            var drive = new NodeDiskDrive(name, SessionState.Provider.GetOne("NodeDisk"), image);
            WriteObject(SessionState.Drive.New(drive, "Global"));
        }
    }
}
