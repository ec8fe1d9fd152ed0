using XenKube.Posix;

namespace XenKube.Images;

/// <summary>The disks that one image is poured into, all of them together.</summary>
internal static class NodeDiskTargets
{
    /// <summary>Refuses targets of which one is named twice, is there, or has no directory.</summary>
    public static void Check(IReadOnlyList<string> targets, NodeDiskOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.AdditionalSpace);
        if (targets.Count == 0)
        {
            throw new InvalidInputException(ErrorIds.NodeDiskNotNamed, null, null, "no node disk is named");
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var target in targets)
        {
            ArgumentException.ThrowIfNullOrEmpty(target);
            if (!seen.Add(Path.GetFullPath(target)))
            {
                throw new InvalidInputException(ErrorIds.NodeDiskNamedTwice, target, null, "is named twice");
            }
            if (IsDevice(target))
            {
                continue;
            }
            if (FileStatus.Read(target, follow: false) is not null)
            {
                throw NewFile.AlreadyThere(target);
            }
            var directory = Path.GetDirectoryName(Path.GetFullPath(target))!;
            if (FileStatus.Read(directory) is not { IsDirectory: true })
            {
                throw new ItemNotFoundException(ErrorIds.DirectoryNotFound, directory, null, "there is no such directory");
            }
        }
    }

    /// <summary>True for a block device, which is written to.</summary>
    public static bool IsDevice(string target) => FileStatus.TryRead(target) is { IsBlockDevice: true };

    /// <summary>The targets that are written, and those that can share the blocks of one of them.</summary>
    // Files that can share another's blocks need not be written: asked of the file system while all are empty.
    public static (List<NodeDiskTarget> Leaders, List<(NodeDiskTarget File, NodeDiskTarget Leader)> Clones) Group(
        IEnumerable<NodeDiskTarget> files)
    {
        var leaders = new List<NodeDiskTarget>();
        var clones = new List<(NodeDiskTarget File, NodeDiskTarget Leader)>();
        foreach (var file in files)
        {
            if (leaders.Find(file.TryClone) is { } leader)
            {
                clones.Add((file, leader));
            }
            else
            {
                leaders.Add(file);
            }
        }
        return (leaders, clones);
    }

    /// <summary>Shares the blocks, gives every disk its size, and returns when all is on stable storage.</summary>
    public static void Finish(
        List<NodeDiskTarget> files,
        List<NodeDiskTarget> leaders,
        List<(NodeDiskTarget File, NodeDiskTarget Leader)> clones,
        long size,
        NodeDiskOptions options,
        CancellationToken cancellationToken)
    {
        leaders.ForEach(file => file.Complete(size));
        foreach (var (file, leader) in clones)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!file.TryClone(leader))
            {
                throw new OperationFailedException(ErrorIds.NodeDiskNotWritable, file.Path, null,
                    $"cannot share the blocks of {leader.Path}");
            }
        }
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            file.Extend(options.LengthFor(size));
            if (options.MovesBackupTable && file is NewFile)
            {
                file.MoveBackupTable();
            }
            file.Flush();
        }
    }

    /// <summary>Makes all disks appear, or none.</summary>
    public static void Publish(List<NodeDiskTarget> files, NodeDiskOptions options)
    {
        try
        {
            files.ForEach(file => file.Publish());
            // A device has no partition table before.
            files.Where(file => options.MovesBackupTable && file is DeviceTarget).ToList().ForEach(file => file.MoveBackupTable());
        }
        catch
        {
            files.ForEach(file => file.Withdraw());
            throw;
        }
    }
}
