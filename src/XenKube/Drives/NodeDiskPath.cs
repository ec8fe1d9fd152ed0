using XenKube.Disks;
using XenKube.FileSystems;

namespace XenKube.Commands.Drives;

/// <summary>A place on a drive: the drive itself, a partition's folder, or a path in its file system.</summary>
/// <param name="Drive">The drive.</param>
/// <param name="Partition">The partition; null for the drive itself, and where there is none of that name.</param>
/// <param name="InnerPath">The path in the partition's file system.</param>
/// <param name="Label">What the path calls the partition; empty for the drive itself.</param>
internal sealed record NodeDiskPath(NodeDiskDrive Drive, DiskPartition? Partition, string InnerPath, string Label)
{
    public bool IsDrive => Label.Length == 0;

    public bool IsPartition => Partition is not null && InnerPath == "/";

    /// <summary>
    /// The place as one types it: <c>node-1:/ROOT/etc</c>. It is the provider's path as well, so that no part of it is one of the host's.
    /// </summary>
    public string FullName => IsDrive ? Drive.Root
        : $"{Drive.Root}{NodeDiskNames.ToPath(Partition?.Name ?? Label)}{(InnerPath == "/" ? "" : string.Join('/', InnerPath.Split('/').Select(NodeDiskNames.ToPath)))}";

    /// <summary>The last name of the path.</summary>
    public string Name => IsDrive ? Drive.Root : InnerPath == "/"
        ? Partition?.Name ?? Label : InnerPath[(InnerPath.LastIndexOf('/') + 1)..];

    /// <summary>What messages call the place within its image.</summary>
    public string Place => IsDrive ? "" : $"{Partition?.Name ?? Label}:{InnerPath}";

    /// <summary>Takes a provider path apart: drive, label, and the path that follows.</summary>
    /// <param name="path">The path.</param>
    /// <param name="findDrive">Finds a drive by its name.</param>
    /// <param name="current">The drive of the operation: PowerShell leaves it out of a literal path to something new.</param>
    public static NodeDiskPath Parse(string path, Func<string, NodeDiskDrive?> findDrive, NodeDiskDrive? current = null)
    {
        // What still holds a backslash was typed so; everywhere in PowerShell that is a slash.
        var parts = path.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        var drive = parts.Length > 0 && parts[0].EndsWith(':') ? findDrive(parts[0][..^1]) : null;
        if (drive is not null)
        {
            parts = parts[1..];
        }
        else if ((drive = current) is null)
        {
            throw new XenKube.ItemNotFoundException(ErrorIds.DriveNotFound, path, null, "no disk is mounted under that name",
                "Mount-NodeDisk mounts one");
        }
        var label = parts.Length > 0 ? NodeDiskNames.FromPath(parts[0]) : "";
        return new NodeDiskPath(drive, label.Length == 0 ? null : drive.FindPartition(label),
            "/" + string.Join('/', parts.Skip(1).Select(NodeDiskNames.FromPath)), label);
    }

    /// <summary>The place of a name in this one.</summary>
    public NodeDiskPath Child(string name) => this with { InnerPath = $"{InnerPath.TrimEnd('/')}/{name}" };

    /// <summary>The directory it is in; of a partition's folder, itself.</summary>
    public NodeDiskPath Parent => this with { InnerPath = InnerPath.LastIndexOf('/') is > 0 and var at ? InnerPath[..at] : "/" };

    /// <summary>Asks the file system something, as of one state of the image.</summary>
    public T Read<T>(Func<IFileSystem, T> read) => Drive.Read(Partition ?? throw Drive.NoPartition(Label), read);

    /// <summary>Opens the file for reading.</summary>
    public Stream OpenRead() => Drive.OpenRead(Partition ?? throw Drive.NoPartition(Label), InnerPath);

    /// <summary>What is there; null if nothing is, or the path is the drive or a partition's folder.</summary>
    public FileSystemEntry? Find() => Partition is null || InnerPath == "/"
        ? null : Read(files => FindTarget(files) ?? files.Find(InnerPath, followLink: false));

    /// <summary>The same, but a link stands for itself. Links to nowhere are common: what they point to is the guest's.</summary>
    public FileSystemEntry? FindItself() => Partition is null || InnerPath == "/"
        ? null : Read(files => files.Find(InnerPath, followLink: false));

    public bool Exists => IsDrive || IsPartition || FindItself() is not null;

    public bool IsContainer => IsDrive || IsPartition || Find() is { Kind: FileSystemEntryKind.Directory };

    /// <summary>Refuses what cannot be changed here.</summary>
    /// <param name="inside">True where something in the place changes, and not the place itself.</param>
    public void RequireWritable(bool inside = false)
    {
        if (!Drive.IsWritable)
        {
            throw new XenKube.ItemInUseException(ErrorIds.DriveReadOnly, Drive.DiskPath, null,
                $"the drive {Drive.Name}: is mounted for reading", "Mount it with Mount-NodeDisk -Writable");
        }
        if (IsDrive || (InnerPath == "/" && !inside))
        {
            throw new XenKube.InvalidInputException(ErrorIds.PathInvalid, Drive.DiskPath, Label,
                "partitions cannot be made, removed or renamed here");
        }
        _ = Partition ?? throw Drive.NoPartition(Label);
    }

    /// <summary>Makes a change.</summary>
    /// <param name="edit">Makes it.</param>
    /// <param name="inside">True where something in the place changes, and not the place itself.</param>
    public void Edit(Action<IFileSystem> edit, bool inside = false)
    {
        RequireWritable(inside);
        Drive.Edit(Partition!, InnerPath, edit);
    }

    // A link that leads to itself leads nowhere.
    private FileSystemEntry? FindTarget(IFileSystem files)
    {
        try
        {
            return files.Find(InnerPath);
        }
        catch (XenKubeException e) when (e.Id == ErrorIds.LinkLoop)
        {
            return null;
        }
    }
}
