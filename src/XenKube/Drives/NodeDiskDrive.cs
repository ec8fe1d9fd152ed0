using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Detection;

namespace XenKube.Commands.Drives;

/// <summary>A drive over a disk image: a folder for each partition that has a file system. It holds the image open until it is dismounted.</summary>
public sealed class NodeDiskDrive : PSDriveInfo, IDisposable
{
    private readonly DiskImage _image;
    private readonly Dictionary<string, IFileSystem> _open = new(StringComparer.Ordinal);

    internal NodeDiskDrive(string name, ProviderInfo provider, DiskImage image)
        : base(name, provider, name, image.Path, null)
    {
        _image = image;
    }

    /// <summary>The name of a drive for a node or image: what no drive may be called is left out.</summary>
    internal static string NameFor(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));

    internal static void RequireFree(SessionState session, string name, string path)
    {
        if (session.Drive.GetAll().Any(drive => string.Equals(drive.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ItemExistsException("DriveExists", path, null, $"there is a drive {name}: already", "Choose another name with Mount-NodeDisk -DriveName, or dismount it");
        }
    }

    /// <summary>Makes a drive that all of the session sees.</summary>
    internal static NodeDiskDrive Mount(SessionState session, string name, string path, bool writable)
    {
        var image = writable ? NodeDisk.OpenWrite(path) : NodeDisk.OpenRead(path);
        return (NodeDiskDrive)session.Drive.New(new NodeDiskDrive(name, session.Provider.GetOne("NodeDisk"), image), "Global");
    }

    /// <summary>The image.</summary>
    public string DiskPath => _image.Path;

    /// <summary>True where the image is held for editing.</summary>
    public bool IsWritable => _image.CanWrite;

    /// <summary>The partitions that have a folder.</summary>
    public IReadOnlyList<DiskPartition> Partitions => [.. _image.Partitions.Partitions.Where(partition => partition.FileSystem.Length > 0)];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var fileSystem in _open.Values)
        {
            fileSystem.Dispose();
        }
        _image.Dispose();
    }

    /// <summary>The partition of a folder; names are taken in any case where only one fits.</summary>
    internal DiskPartition? FindPartition(string label) =>
        Partitions.FirstOrDefault(partition => partition.ToString() == label) ?? Partitions.FirstOrDefault(partition => string.Equals(partition.ToString(), label, StringComparison.OrdinalIgnoreCase));

    internal XenKube.ItemNotFoundException NoPartition(string label) =>
        new("PartitionNotFound", DiskPath, null, $"there is no partition '{label}' with a file system", $"It has {string.Join(", ", Partitions)}");

    internal IFileSystem Open(DiskPartition partition)
    {
        var label = partition.ToString();
        return _open.TryGetValue(label, out var open) ? open : _open[label] = _image.OpenFileSystem(label);
    }
}
