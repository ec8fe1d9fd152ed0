using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Detection;

namespace XenKube.Commands.Drives;

/// <summary>A place on a drive: the drive itself, a partition's folder, or a path in its file system.</summary>
internal sealed record NodeDiskPath(NodeDiskDrive Drive, DiskPartition? Partition, string InnerPath, string Label)
{
    public bool IsDrive => Label.Length == 0;

    public bool IsPartition => Partition is not null && InnerPath == "/";

    /// <summary>The file system that the path lies in.</summary>
    public IFileSystem FileSystem => Partition is null
        ? throw Drive.NoPartition(Label)
        : Drive.Open(Partition);

    /// <summary>Takes a provider path apart: drive, label, and the path behind it.</summary>
    /// <param name="path">The path.</param>
    /// <param name="findDrive">Finds a drive by its name.</param>
    /// <param name="current">The drive of the operation: PowerShell leaves it out of a literal path to something new.</param>
    public static NodeDiskPath Parse(string path, Func<string, NodeDiskDrive?> findDrive, NodeDiskDrive? current = null)
    {
        var parts = path.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        var drive = parts.Length > 0 ? findDrive(parts[0]) : null;
        if (drive is null && current is not null)
        {
            drive = current;
            parts = [current.Name, .. parts];
        }
        if (drive is null)
        {
            throw new XenKube.ItemNotFoundException("DriveNotFound", path, null, "no disk is mounted under that name", "Mount-NodeDisk mounts one");
        }
        var label = parts.Length > 1 ? parts[1] : "";
        return new NodeDiskPath(drive, label.Length == 0 ? null : drive.FindPartition(label), "/" + string.Join('/', parts.Skip(2)), label);
    }

    /// <summary>What is there; null if nothing is, or the path is the drive or a partition's folder.</summary>
    public FileSystemEntry? Find() => Partition is null || InnerPath == "/" ? null : FileSystem.Find(InnerPath) ?? FindItself();

    /// <summary>The same, but a link stands for itself. Links to nowhere are common: what they point to is the guest's.</summary>
    public FileSystemEntry? FindItself() => Partition is null || InnerPath == "/" ? null : FileSystem.Find(InnerPath, followLink: false);

    public bool Exists => IsDrive || IsPartition || (Partition is not null && Find() is not null);

    public bool IsContainer => IsDrive || IsPartition || Find() is { Kind: FileSystemEntryKind.Directory };

    /// <summary>The file system for a change.</summary>
    public IFileSystem Writable()
    {
        if (!Drive.IsWritable)
        {
            throw new XenKube.ItemInUseException("DriveReadOnly", Drive.DiskPath, null, $"the drive {Drive.Name}: is mounted for reading", "Mount it with Mount-NodeDisk -Writable");
        }
        return IsDrive || InnerPath == "/" ? throw new XenKube.InvalidInputException("PathInvalid", Drive.DiskPath, Label, "partitions cannot be made, removed or renamed here") : FileSystem;
    }
}
