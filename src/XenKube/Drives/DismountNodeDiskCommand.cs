using System.Management.Automation;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Drives;

/// <summary>Removes drives over disk images, and releases the images.</summary>
[Cmdlet(VerbsData.Dismount, "NodeDisk", SupportsShouldProcess = true)]
[Alias("Dismount-XenNodeDisk")]
[OutputType(typeof(void))]
public sealed class DismountNodeDiskCommand : XenKubeCommand
{
    /// <summary>Names of drives. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DriveCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            var pattern = new WildcardPattern(name.TrimEnd(':'), WildcardOptions.IgnoreCase);
            var drives = SessionState.Drive.GetAll().OfType<NodeDiskDrive>().Where(drive => pattern.IsMatch(drive.Name)).ToArray();
            if (drives.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                Report(new XenKube.ItemNotFoundException(ErrorIds.DriveNotFound, name, null, "no disk is mounted under that name",
                    "Get-PSDrive -PSProvider NodeDisk lists the mounted disks"), name);
            }
            foreach (var drive in drives)
            {
                if (Should($"Dismount {drive.Name}and release {drive.DiskPath}"))
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
}
