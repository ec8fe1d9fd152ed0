using System.Management.Automation;
using System.Management.Automation.Runspaces;
using XenKube.Clusters;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.Files;

namespace XenKube.Commands.Drives;

/// <summary>
/// A drive over a disk image: a folder for each partition that has a file system. A writable one holds the image until it is
/// dismounted, or its runspace ends; one for reading shows the image as it is each time.
/// </summary>
public sealed class NodeDiskDrive : PSDriveInfo, IImageHolder, IFileDrive, IDisposable
{
    private readonly ImageReader? _reader;
    private readonly DiskImage? _image;
    private readonly Dictionary<int, IFileSystem> _open = [];
    private readonly Runspace? _runspace;

    // The root is written as a path of the drive, so that a path of the provider is never one of the host's.
    private NodeDiskDrive(string name, ProviderInfo provider, string path, ImageReader? reader, DiskImage? image)
        : base(name, provider, $"{name}:/", path, null)
    {
        DiskPath = path;
        _reader = reader;
        _image = image;
        _runspace = image is null ? null : Runspace.DefaultRunspace;
        if (_runspace is not null)
        {
            _runspace.StateChanged += EndWithRunspace;
        }
    }

    /// <summary>The name of a drive for a node or image: what no drive may be called is left out.</summary>
    internal static string NameFor(string name) => string.Concat(name.Select(c =>
        char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));

    internal static void RequireFree(SessionState session, string name, string path)
    {
        if (session.Drive.GetAll().Any(drive => string.Equals(drive.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ItemExistsException(ErrorIds.DriveExists, path, null, $"there is a drive {name}: already",
                "Choose another name with Mount-NodeDisk -DriveName, or dismount it");
        }
    }

    /// <summary>Makes a drive that all of the session sees.</summary>
    internal static NodeDiskDrive Mount(SessionState session, string name, string path, bool writable)
    {
        var provider = session.Provider.GetOne("NodeDisk");
        if (writable)
        {
            return (NodeDiskDrive)session.Drive.New(new NodeDiskDrive(name, provider, path, null, NodeDisk.OpenWrite(path)), "Global");
        }
        var reader = new ImageReader(path);
        // A file that is not an image is refused here, not at the first look into the drive.
        _ = reader.Read(image => image.Partitions.Partitions.Count);
        return (NodeDiskDrive)session.Drive.New(new NodeDiskDrive(name, provider, path, reader, null), "Global");
    }

    /// <summary>The image.</summary>
    public string DiskPath { get; }

    /// <summary>True where the image is held for editing.</summary>
    public bool IsWritable => _image is not null;

    /// <summary>The partitions that have a folder.</summary>
    public IReadOnlyList<DiskPartition> Partitions => [.. Table.Partitions.Where(partition => partition.FileSystem.Length > 0)];

    /// <summary>Grows when a drive for reading finds its image changed.</summary>
    internal int Version => _reader?.Version ?? 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_runspace is not null)
        {
            _runspace.StateChanged -= EndWithRunspace;
        }
        Forget();
        _image?.Dispose();
        _reader?.Dispose();
    }

    bool IFileDrive.Holds(string path, bool isFile) =>
        path.StartsWith(Root, StringComparison.OrdinalIgnoreCase)
            && (!isFile || NodeDiskPath.Parse(path, _ => this, this).Find() is { Kind: FileSystemEntryKind.File });

    byte[] IFileDrive.Read(string path)
    {
        using var content = NodeDiskPath.Parse(path, _ => this, this) is var place
            ? place.OpenRead() : null;
        return WholeFile.Read(content!, path, WholeFile.UsualLimit, FileReadErrors.Usual);
    }

    bool IImageHolder.Holds(string path) => _image?.IsFile(path) == true;

    /// <summary>The partition of a folder; names are taken in any case where only one fits.</summary>
    internal DiskPartition? FindPartition(string label)
    {
        if (Table.Find(label) is { } exact)
        {
            return exact.FileSystem.Length > 0 ? exact : null;
        }
        var similar = Partitions.Where(partition => string.Equals(partition.Name, label, StringComparison.OrdinalIgnoreCase)).ToArray();
        return similar.Length == 1 ? similar[0] : null;
    }

    internal XenKube.ItemNotFoundException NoPartition(string label) =>
        new(ErrorIds.PartitionNotFound, DiskPath, null, $"there is no partition '{label}' with a file system",
            $"It has {string.Join(", ", Partitions)}");

    /// <summary>Reads from a partition's file system, as of one state of the image.</summary>
    internal T Read<T>(DiskPartition partition, Func<IFileSystem, T> read) =>
        _reader is not null ? _reader.Read(partition, read) : Named(partition, read);

    /// <summary>The same for what cannot be done twice.</summary>
    internal T ReadUnrepeated<T>(DiskPartition partition, Func<IFileSystem, T> read) =>
        _reader is not null ? _reader.ReadUnrepeated(partition, read) : Named(partition, read);

    /// <summary>Opens a file. Reading ends with an error when the image, or on a writable drive the file, changes meanwhile.</summary>
    internal Stream OpenRead(DiskPartition partition, string path) => Read(partition, files =>
    {
        var content = ImageReader.OpenRead(files, path);
        return _reader is not null || content is MemoryStream
            ? content : new NodeDiskFileStream(content, this, partition, path, files.Find(path)!);
    });

    /// <summary>Is told of each edit that begins: the partition's number, and the place of the change.</summary>
    internal event Action<int, string>? Edited;

    /// <summary>Changes a partition's file system.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="path">The place of the change.</param>
    /// <param name="edit">Makes it.</param>
    internal void Edit(DiskPartition partition, string path, Action<IFileSystem> edit)
    {
        Edited?.Invoke(partition.Number, path);
        try
        {
            Named(partition, files =>
            {
                edit(files);
                return true;
            });
        }
        catch
        {
            // An edit that broke off while it was written is finished or undone when the file system is opened again.
            Forget();
            throw;
        }
    }

    private PartitionTable Table => _reader is not null ? _reader.Read(image => image.Partitions) : _image!.Partitions;

    private T Named<T>(DiskPartition partition, Func<IFileSystem, T> action)
    {
        try
        {
            if (!_open.TryGetValue(partition.Number, out var files))
            {
                files = _image!.OpenFileSystem(partition);
                _open.Add(partition.Number, files);
            }
            return action(files);
        }
        catch (XenKubeException e)
        {
            throw e.In(DiskPath);
        }
    }

    private void Forget()
    {
        foreach (var fileSystem in _open.Values)
        {
            fileSystem.Dispose();
        }
        _open.Clear();
    }

    // A job's drives are not removed when it ends: nobody could dismount them any more.
    private void EndWithRunspace(object? sender, RunspaceStateEventArgs change)
    {
        if (change.RunspaceStateInfo.State is RunspaceState.Closed or RunspaceState.Broken)
        {
            Dispose();
        }
    }
}
