using System.Management.Automation;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Drives;

/// <summary>Removes drives over disk images, and releases the images.</summary>
[Cmdlet(VerbsData.Dismount, "NodeDisk", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Dismount-XenNodeDisk")]
[OutputType(typeof(void))]
public sealed class DismountNodeDiskCommand : XenDirCommand
{
    private const string NameSet = "Name";
    private const string InputObjectSet = "InputObject";

    /// <summary>Names of drives. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DriveCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Drives, as Mount-NodeDisk returns them, or their names; of a node, or what names one, the drives over its disk.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            Guard(name, () => DismountNamed(name));
        }
        foreach (var element in InputObject is null ? [] : PipedObject.Elements(InputObject))
        {
            Guard(element.BaseObject, () => DismountObject(element));
        }
    }

    private IEnumerable<NodeDiskDrive> Drives => SessionState.Drive.GetAll().OfType<NodeDiskDrive>();

    private void DismountNamed(string name)
    {
        var pattern = Wildcard.Of(name.TrimEnd(':'));
        var drives = Drives.Where(drive => pattern.IsMatch(drive.Name)).ToArray();
        if (drives.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            throw new XenKube.ItemNotFoundException(ErrorIds.DriveNotFound, name, null, "no disk is mounted under that name",
                "Get-PSDrive -PSProvider NodeDisk lists the mounted disks");
        }
        Dismount(drives);
    }

    private void DismountObject(PSObject element)
    {
        var item = new PipedObject(element);
        if (item.Value is string name)
        {
            DismountNamed(name);
        }
        else if (item.Value is PSDriveInfo drive)
        {
            DismountNamed(WildcardPattern.Escape(drive.Name));
        }
        else
        {
            foreach (var node in NodesOf(element))
            {
                var drives = Drives.Where(mounted => mounted.DiskPath == node.DiskPath).ToArray();
                Guard(node, () => Dismount(drives.Length > 0 ? drives : throw new XenKube.ItemNotFoundException(ErrorIds.DriveNotFound,
                    node.DiskPath, null, "no drive of this session is over this disk",
                    "Get-PSDrive -PSProvider NodeDisk lists the mounted disks")));
            }
        }
    }

    private void Dismount(IEnumerable<NodeDiskDrive> drives)
    {
        foreach (var drive in drives)
        {
            if (Should($"Dismount {drive.Name}: and release {drive.DiskPath}"))
            {
                if (SessionState.Path.CurrentLocation.Drive == drive)
                {
                    SessionState.Path.SetLocation(WildcardPattern.Escape(SessionState.Path.CurrentFileSystemLocation.Path));
                }
                SessionState.Drive.Remove(drive.Name, force: true, scope: "Global");
            }
        }
    }
}
