using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;
using XenKube.FileSystems;
using XenKube.FileSystems.Detection;

namespace XenKube.Commands.Drives;

/// <summary>The provider of drives over disk images: <c>cd node-1:/ROOT/etc</c>. Every change is one edit of the file system.</summary>
[CmdletProvider("NodeDisk", ProviderCapabilities.ShouldProcess | ProviderCapabilities.Filter)]
public sealed class NodeDiskProvider : NavigationCmdletProvider, IContentCmdletProvider
{
    /// <inheritdoc/>
    protected override PSDriveInfo? NewDrive(PSDriveInfo drive)
    {
        if (drive is NodeDiskDrive)
        {
            return drive;
        }
        WriteError(Errors.Record(new InvalidInputException("DriveInvalid", drive?.Name, null, "drives over disk images are made by another command", "Use Mount-NodeDisk"), drive));
        return null;
    }

    /// <inheritdoc/>
    protected override PSDriveInfo RemoveDrive(PSDriveInfo drive)
    {
        (drive as NodeDiskDrive)?.Dispose();
        return drive;
    }

    /// <inheritdoc/>
    protected override bool IsValidPath(string path) => !string.IsNullOrEmpty(path);

    /// <inheritdoc/>
    protected override bool ItemExists(string path) => Ask(path, place => place.Exists);

    /// <inheritdoc/>
    protected override bool IsItemContainer(string path) => Ask(path, place => place.IsContainer);

    /// <inheritdoc/>
    protected override bool HasChildItems(string path) => Ask(path, place => Children(place).Any());

    /// <inheritdoc/>
    protected override void GetItem(string path) => Guard(path, place => Write(place, path));

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse, uint depth) => Guard(path, place =>
    {
        if (!place.IsContainer)
        {
            Write(place, path);
            return;
        }
        var wanted = new NodeDiskSelection(Filter, DynamicParameters as NodeDiskChildParameters);
        foreach (var (name, item, isContainer) in Children(place))
        {
            if (Stopping)
            {
                return;
            }
            var child = MakePath(path, name);
            if (wanted.Takes(name, isContainer))
            {
                WriteItemObject(item, child, isContainer);
            }
            if (recurse && isContainer && depth > 0)
            {
                GetChildItems(child, recurse, depth - 1);
            }
        }
    });

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers) => Guard(path, place =>
    {
        var wanted = new NodeDiskSelection(Filter, DynamicParameters as NodeDiskChildParameters);
        foreach (var (name, _, isContainer) in Children(place).Where(child => wanted.Takes(child.Name, child.IsContainer)))
        {
            WriteItemObject(name, MakePath(path, name), isContainer);
        }
    });

    /// <inheritdoc/>
    protected override object GetChildItemsDynamicParameters(string path, bool recurse) => new NodeDiskChildParameters();

    /// <inheritdoc/>
    protected override object GetChildNamesDynamicParameters(string path) => new NodeDiskChildParameters();

    /// <inheritdoc/>
    protected override void NewItem(string path, string itemTypeName, object newItemValue) => Guard(path, place =>
    {
        var isDirectory = itemTypeName is not null && (itemTypeName.StartsWith('d') || itemTypeName.StartsWith('D'));
        var isLink = string.Equals(itemTypeName, "SymbolicLink", StringComparison.OrdinalIgnoreCase);
        if (!isDirectory && !isLink && !string.IsNullOrEmpty(itemTypeName) && !itemTypeName.StartsWith('f') && !itemTypeName.StartsWith('F'))
        {
            throw new InvalidInputException("ItemTypeInvalid", place.Drive.DiskPath, Describe(place), $"'{itemTypeName}' is nothing that can be made here", "Make a File, a Directory or a SymbolicLink");
        }
        var files = place.Writable();
        if (!Force && place.Find() is not null)
        {
            throw new ItemExistsException("ItemExists", place.Drive.DiskPath, Describe(place), "it exists already", "Use -Force to replace a file");
        }
        if (!ShouldProcess(path, isDirectory ? "Create directory" : isLink ? "Create link" : "Create file"))
        {
            return;
        }
        if (isDirectory)
        {
            files.CreateDirectory(place.InnerPath);
        }
        else if (isLink)
        {
            files.CreateSymbolicLink(place.InnerPath, newItemValue?.ToString() ?? "");
        }
        else
        {
            files.WriteFile(place.InnerPath, Bytes(newItemValue));
        }
        Write(Place(path), path);
    });

    /// <inheritdoc/>
    protected override void RemoveItem(string path, bool recurse) => Guard(path, place =>
    {
        var files = place.Writable();
        if (ShouldProcess(path, "Remove"))
        {
            Remove(files, place.InnerPath, recurse);
        }
    });

    /// <inheritdoc/>
    protected override void RenameItem(string path, string newName) => Guard(path, place =>
    {
        if (newName.AsSpan().ContainsAny('/', '\\') || newName.Length == 0)
        {
            throw new InvalidInputException("PathInvalid", place.Drive.DiskPath, Describe(place), $"'{newName}' is no name");
        }
        Move(place, Place(MakePath(GetParentPath(path, ""), newName)), path);
    });

    /// <inheritdoc/>
    protected override void MoveItem(string path, string destination) => Guard(path, place => Move(place, Into(destination, path), path));

    /// <inheritdoc/>
    protected override void CopyItem(string path, string copyPath, bool recurse) => Guard(path, place =>
    {
        var target = Into(copyPath, path);
        _ = target.Writable();
        if (ShouldProcess($"{path} to {copyPath}", "Copy"))
        {
            Copy(place.FileSystem, place.InnerPath, target.Writable(), target.InnerPath, recurse);
        }
    });

    /// <inheritdoc/>
    public IContentReader? GetContentReader(string path)
    {
        IContentReader? reader = null;
        Guard(path, place => reader = new NodeDiskReader(place.FileSystem.OpenRead(place.InnerPath), DynamicParameters as NodeDiskContentParameters ?? new NodeDiskContentParameters()));
        return reader;
    }

    /// <inheritdoc/>
    public object GetContentReaderDynamicParameters(string path) => new NodeDiskContentParameters();

    /// <inheritdoc/>
    public IContentWriter? GetContentWriter(string path)
    {
        IContentWriter? writer = null;
        Guard(path, place => writer = ShouldProcess(path, "Write content") ? new NodeDiskWriter(place.Writable(), place.InnerPath, DynamicParameters as NodeDiskContentParameters ?? new NodeDiskContentParameters()) : null);
        return writer;
    }

    /// <inheritdoc/>
    public object GetContentWriterDynamicParameters(string path) => new NodeDiskContentParameters();

    /// <inheritdoc/>
    public void ClearContent(string path) => Guard(path, place =>
    {
        // Set-Content asks for this first. It is left out there, so that old and new content change places in one edit.
        if (DynamicParameters is not NodeDiskContentParameters && ShouldProcess(path, "Clear content"))
        {
            place.Writable().WriteFile(place.InnerPath, []);
        }
    });

    /// <inheritdoc/>
    public object? ClearContentDynamicParameters(string path) => null;

    internal static void Copy(IFileSystem source, string path, IFileSystem target, string newPath, bool recurse)
    {
        var entry = source.Find(path) ?? throw new XenKube.ItemNotFoundException("ItemNotFound", null, path, "there is no such file");
        var attributes = new FileAttributesChange(entry.Mode, entry.UserId, entry.GroupId);
        if (entry.Kind != FileSystemEntryKind.Directory)
        {
            using var content = source.OpenRead(path);
            using var buffer = new MemoryStream();
            content.CopyTo(buffer);
            target.WriteFile(newPath, buffer.GetBuffer().AsSpan(0, (int)buffer.Length), attributes);
            return;
        }
        if (target.Find(newPath) is null)
        {
            target.CreateDirectory(newPath, attributes);
        }
        foreach (var child in recurse ? source.List(path) : [])
        {
            var place = $"{newPath.TrimEnd('/')}/{child.Name}";
            if (child.Kind == FileSystemEntryKind.SymbolicLink)
            {
                target.CreateSymbolicLink(place, child.LinkTarget!);
            }
            else if (child.Kind != FileSystemEntryKind.Special)
            {
                Copy(source, child.Path, target, place, recurse);
            }
        }
    }

    private static void Remove(IFileSystem files, string path, bool recurse)
    {
        if (files.Find(path, followLink: false) is { Kind: FileSystemEntryKind.Directory } && recurse)
        {
            foreach (var child in files.List(path))
            {
                Remove(files, child.Path, recurse);
            }
        }
        files.Remove(path);
    }

    private void Move(NodeDiskPath place, NodeDiskPath target, string path)
    {
        var files = place.Writable();
        if (target.Drive != place.Drive || target.Partition != place.Partition)
        {
            throw new InvalidInputException("PathInvalid", place.Drive.DiskPath, Describe(place), "it cannot be moved to another partition", "Copy it, and remove it here");
        }
        if (ShouldProcess($"{path} to {target.InnerPath}", "Move"))
        {
            files.Rename(place.InnerPath, target.InnerPath);
        }
    }

    // A directory as destination means a place in it.
    private NodeDiskPath Into(string destination, string path)
    {
        var target = Place(destination);
        return target.IsContainer ? Place(MakePath(destination, GetChildName(path))) : target;
    }

    private static IEnumerable<(string Name, object Item, bool IsContainer)> Children(NodeDiskPath place) => place.IsDrive
        ? place.Drive.Partitions.Select(partition => (partition.ToString(), (object)partition, true))
        : place.FileSystem.List(place.InnerPath).Select(entry => (entry.Name, (object)Item(place, entry), entry.Kind == FileSystemEntryKind.Directory));

    // Remove-Item and its like take a piped object's Path before its PSPath. The path inside the image would be one of the host's.
    private static PSObject Item(NodeDiskPath place, FileSystemEntry entry)
    {
        var item = new PSObject(entry);
        item.Properties.Add(new PSNoteProperty("Path", WildcardPattern.Escape($"{place.Drive.Name}:/{place.Label}{entry.Path}")));
        return item;
    }

    private void Write(NodeDiskPath place, string path) => WriteItemObject(
        place.IsDrive ? place.Drive : place.IsPartition ? place.Partition! : place.FindItself() is { } entry ? Item(place, entry) : throw new XenKube.ItemNotFoundException("ItemNotFound", place.Drive.DiskPath, Describe(place), "there is no such item"),
        path,
        place.IsContainer);

    private static byte[] Bytes(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => [],
        byte[] bytes => bytes,
        var other => Encoding.UTF8.GetBytes(other.ToString() ?? ""),
    };

    private static string Describe(NodeDiskPath place) => $"{place.Label}:{place.InnerPath}";

    private NodeDiskPath Place(string path) => NodeDiskPath.Parse(path, name =>
        ProviderInfo.Drives.OfType<NodeDiskDrive>().FirstOrDefault(drive => string.Equals(drive.Name, name, StringComparison.OrdinalIgnoreCase)), PSDriveInfo as NodeDiskDrive);

    // Questions about paths that cannot be are answered with no; PowerShell asks them while one types.
    private bool Ask(string path, Func<NodeDiskPath, bool> question)
    {
        try
        {
            return question(Place(path));
        }
        catch (XenKubeException)
        {
            return false;
        }
    }

    private void Guard(string path, Action<NodeDiskPath> action)
    {
        try
        {
            action(Place(path));
        }
        catch (XenKubeException error)
        {
            WriteError(Errors.Record(error, path));
        }
    }
}
