using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Copying;

namespace XenKube.Commands.Drives;

/// <summary>The provider of drives over disk images: <c>cd node-1:/ROOT/etc</c>. Every change is one edit of the file system.</summary>
[CmdletProvider("NodeDisk", ProviderCapabilities.ShouldProcess | ProviderCapabilities.Filter)]
[OutputType(typeof(NodeDiskItem), ProviderCmdlet = ProviderCmdlet.GetItem)]
[OutputType(typeof(NodeDiskItem), ProviderCmdlet = ProviderCmdlet.GetChildItem)]
[OutputType(typeof(NodeDiskItem), ProviderCmdlet = ProviderCmdlet.NewItem)]
[OutputType(typeof(NodeDiskItem), ProviderCmdlet = ProviderCmdlet.CopyItem)]
[OutputType(typeof(NodeDiskItem), ProviderCmdlet = ProviderCmdlet.MoveItem)]
[OutputType(typeof(NodeDiskItem), ProviderCmdlet = ProviderCmdlet.RenameItem)]
[OutputType(typeof(byte), typeof(string), ProviderCmdlet = ProviderCmdlet.GetContent)]
public sealed class NodeDiskProvider : NavigationCmdletProvider, IContentCmdletProvider, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <inheritdoc/>
    protected override PSDriveInfo? NewDrive(PSDriveInfo drive)
    {
        if (drive is NodeDiskDrive)
        {
            return drive;
        }
        WriteError(Errors.Record(new InvalidInputException(ErrorIds.DriveInvalid, drive?.Name, null, "drives over disk images are made by another command", "Use Mount-NodeDisk"), drive));
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
    protected override string GetParentPath(string path, string root)
    {
        var trimmed = path.TrimEnd('/');
        var at = trimmed.LastIndexOf('/');
        // The drive's own path ends in a slash, as the root of Linux does.
        return at < 0 ? "" : trimmed.IndexOf('/', StringComparison.Ordinal) == at && trimmed[..at].EndsWith(':') ? trimmed[..(at + 1)] : trimmed[..at];
    }

    /// <inheritdoc/>
    protected override string GetChildName(string path)
    {
        var trimmed = path.TrimEnd('/');
        return trimmed.LastIndexOf('/') is >= 0 and var at ? trimmed[(at + 1)..] : path;
    }

    // PowerShell joins paths that begin with the provider's name, whose backslash has to stay one.
    /// <inheritdoc/>
    protected override string MakePath(string parent, string child)
    {
        if (string.IsNullOrEmpty(parent))
        {
            return child ?? "";
        }
        var name = (child ?? "").Replace('\\', '/').TrimStart('/');
        return parent.EndsWith('/') ? parent + name : $"{parent}/{name}";
    }

    /// <inheritdoc/>
    protected override bool ItemExists(string path)
    {
        try
        {
            return Place(path).Exists;
        }
        catch (XenKubeException error)
        {
            // The next command names the partitions that share the label; after a false, PowerShell would say only that nothing is there.
            return error.Id == ErrorIds.PartitionAmbiguous;
        }
    }

    /// <inheritdoc/>
    protected override bool IsItemContainer(string path) => Ask(path, place => place.IsContainer);

    // Of a link only itself is removed or moved, whatever is in the directory that it leads to.
    /// <inheritdoc/>
    protected override bool HasChildItems(string path) =>
        Ask(path, place => place.FindItself() is not { Kind: not FileSystemEntryKind.Directory } && Children(place).Any());

    /// <inheritdoc/>
    protected override void GetItem(string path) => Guard(path, Write);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse, uint depth) => Guard(path, place =>
    {
        if (!place.IsContainer)
        {
            Write(place);
            return;
        }
        List(place, new NodeDiskSelection(Filter, DynamicParameters), recurse ? depth : 0, [], place.Drive.Version);
    });

    private void List(NodeDiskPath place, NodeDiskSelection wanted, uint depth, HashSet<(int, long)> above, int version)
    {
        foreach (var (child, item, isContainer) in Children(place))
        {
            if (Stopping)
            {
                return;
            }
            if (place.Drive.Version != version)
            {
                throw new XenKube.ItemInUseException(ErrorIds.ImageModified, place.Drive.DiskPath, null, "it changed while it was listed", "Try again");
            }
            if (wanted.Takes(child.Name, isContainer))
            {
                WriteItemObject(item, child.FullName, isContainer);
            }
            if (!isContainer || depth == 0 || child.Partition is null)
            {
                continue;
            }
            var id = (child.Partition.Number, item.Id);
            Guard(child.FullName, _ =>
            {
                if (!above.Add(id))
                {
                    throw new CorruptImageException(ErrorIds.CorruptImage, child.Drive.DiskPath, child.Place, "the directory contains itself");
                }
                List(child, wanted, depth == uint.MaxValue ? depth : depth - 1, above, version);
                above.Remove(id);
            });
        }
    }

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers) => Guard(path, place =>
    {
        var wanted = new NodeDiskSelection(Filter, DynamicParameters);
        foreach (var (child, _, isContainer) in Children(place))
        {
            if (wanted.Takes(child.Name, isContainer) || (isContainer && returnContainers == ReturnContainers.ReturnAllContainers))
            {
                WriteItemObject(GetChildName(child.FullName), child.FullName, isContainer);
            }
        }
    });

    /// <inheritdoc/>
    protected override object GetChildItemsDynamicParameters(string path, bool recurse) => new NodeDiskChildParameters();

    /// <inheritdoc/>
    protected override object GetChildNamesDynamicParameters(string path) => new NodeDiskChildParameters();

    /// <inheritdoc/>
    protected override void NewItem(string path, string itemTypeName, object newItemValue) => Guard(path, place =>
    {
        var kind = KindOf(itemTypeName, place);
        place.RequireWritable();
        var there = place.FindItself();
        if (Force && kind == FileSystemEntryKind.Directory && place.IsContainer)
        {
            Write(place);
            return;
        }
        if (there is not null && (!Force || kind != FileSystemEntryKind.File))
        {
            throw new ItemExistsException(ErrorIds.FileExists, place.Drive.DiskPath, place.Place, "it exists already", kind == FileSystemEntryKind.File ? "Use -Force to replace a file" : "Remove it first");
        }
        if (!ShouldProcess(place.FullName, kind switch { FileSystemEntryKind.Directory => "Create directory", FileSystemEntryKind.SymbolicLink => "Create link", _ => "Create file" }))
        {
            return;
        }
        place.Edit(files =>
        {
            if (Force)
            {
                MakeParents(files, place);
            }
            switch (kind)
            {
                case FileSystemEntryKind.Directory:
                    files.CreateDirectory(place.InnerPath);
                    break;
                case FileSystemEntryKind.SymbolicLink:
                    files.CreateSymbolicLink(place.InnerPath, newItemValue?.ToString() ?? "");
                    break;
                default:
                    files.WriteFile(place.InnerPath, Bytes(newItemValue));
                    break;
            }
        });
        Write(place);
    });

    /// <inheritdoc/>
    protected override void RemoveItem(string path, bool recurse) => Guard(path, place =>
    {
        place.RequireWritable();
        if (ShouldProcess(place.FullName, "Remove"))
        {
            place.Edit(files => Remove(files, place.InnerPath, recurse, []));
        }
    });

    /// <inheritdoc/>
    protected override void RenameItem(string path, string newName) => Guard(path, place =>
    {
        var name = NodeDiskNames.FromPath(newName);
        if (name is "" or "." or ".." || name.Contains('/', StringComparison.Ordinal))
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, place.Drive.DiskPath, place.Place, $"'{newName}' is not a name", "Give the name alone; Move-Item moves to another directory");
        }
        place.RequireWritable();
        Move(place, place.Parent.Child(name), replace: false, "Rename");
    });

    /// <inheritdoc/>
    protected override void MoveItem(string path, string destination) => Guard(path, place =>
    {
        place.RequireWritable();
        var target = Place(destination);
        Move(place, target.IsContainer ? target.Child(place.Name) : target, Force, "Move");
    });

    /// <inheritdoc/>
    protected override void CopyItem(string path, string copyPath, bool recurse) => Guard(path, place =>
    {
        var target = Place(copyPath);
        target.RequireWritable(inside: true);
        if (!ShouldProcess($"{place.FullName} to {target.FullName}", "Copy"))
        {
            return;
        }
        var options = new TreeCopyOptions { Recurse = recurse, Failed = e => WriteError(Errors.Record(e.In(place.Drive.DiskPath), path)), Warn = WriteWarning };
        var copy = "";
        target.Edit(files => copy = place.Drive == target.Drive && place.Partition == target.Partition
            ? TreeCopy.Between(files, place.InnerPath, place.Name, files, target.InnerPath, options, _stop.Token)
            : place.Drive.ReadUnrepeated(place.Partition ?? throw place.Drive.NoPartition(place.Label), source => TreeCopy.Between(source, place.InnerPath, place.Name, files, target.InnerPath, options, _stop.Token)), inside: true);
        Write(target with { InnerPath = copy });
    });

    /// <inheritdoc/>
    public IContentReader? GetContentReader(string path)
    {
        IContentReader? reader = null;
        Guard(path, place => reader = new NodeDiskReader(
            place.Read(files => ImageReader.OpenRead(files, place.InnerPath)), NodeDiskReaderParameters.Of(DynamicParameters), read => Guarded(path, read)));
        return reader;
    }

    /// <inheritdoc/>
    public object GetContentReaderDynamicParameters(string path) => new NodeDiskReaderParameters();

    /// <inheritdoc/>
    public IContentWriter? GetContentWriter(string path)
    {
        IContentWriter? writer = null;
        Guard(path, place =>
        {
            place.RequireWritable();
            RequireTarget(place);
            writer = ShouldProcess(place.FullName, "Write content")
                ? new NodeDiskWriter(place, NodeDiskWriterParameters.Of(DynamicParameters), action => Guard(path, _ => action()), () => Stopping)
                : null;
        });
        return writer;
    }

    /// <inheritdoc/>
    public object GetContentWriterDynamicParameters(string path) => new NodeDiskWriterParameters();

    /// <inheritdoc/>
    public void ClearContent(string path)
    {
        // Set-Content asks for this first. It is left out there, so that old and new content change places in one edit.
        if (!NodeDiskWriterParameters.AreThese(DynamicParameters))
        {
            Guard(path, place =>
            {
                place.RequireWritable();
                if (place.Find() is null)
                {
                    throw new XenKube.ItemNotFoundException(ErrorIds.FileNotFound, place.Drive.DiskPath, place.Place, "there is no such item");
                }
                if (ShouldProcess(place.FullName, "Clear content"))
                {
                    place.Edit(files => files.WriteFile(place.InnerPath, []));
                }
            });
        }
    }

    /// <inheritdoc/>
    public object? ClearContentDynamicParameters(string path) => null;

    private static FileSystemEntryKind KindOf(string? itemTypeName, NodeDiskPath place)
    {
        FileSystemEntryKind[] kinds = [FileSystemEntryKind.File, FileSystemEntryKind.Directory, FileSystemEntryKind.SymbolicLink];
        // As the file system's provider: the beginning of the word does.
        return string.IsNullOrEmpty(itemTypeName) ? FileSystemEntryKind.File
            : kinds.Where(kind => kind.ToString().StartsWith(itemTypeName, StringComparison.OrdinalIgnoreCase)).Cast<FileSystemEntryKind?>().FirstOrDefault()
                ?? throw new InvalidInputException(ErrorIds.ItemTypeInvalid, place.Drive.DiskPath, place.Place, $"'{itemTypeName}' is not a type of item that a drive can have", "Make a File, a Directory or a SymbolicLink");
    }

    // PowerShell loses what goes wrong when the content is written, in all but this: what can be known before is said before.
    private static void RequireTarget(NodeDiskPath place)
    {
        var there = place.Find();
        if (there is { Kind: FileSystemEntryKind.Directory })
        {
            throw new ItemExistsException(ErrorIds.FileExists, place.Drive.DiskPath, place.Place, "it is a directory", "Name a file in it");
        }
        if (there is { Kind: FileSystemEntryKind.Special })
        {
            throw new InvalidInputException(ErrorIds.FileInvalid, place.Drive.DiskPath, place.Place, "it is not a regular file", "Remove it first, or write another file");
        }
        if (there is null && !place.Parent.IsContainer)
        {
            throw new XenKube.ItemNotFoundException(ErrorIds.DirectoryNotFound, place.Drive.DiskPath, place.Parent.Place, "there is no such directory", $"Make it with New-Item -ItemType Directory -Force '{place.Parent.FullName}'");
        }
    }

    private static void MakeParents(IFileSystem files, NodeDiskPath place)
    {
        var parent = place.Parent;
        if (parent.InnerPath != "/" && files.Find(parent.InnerPath) is null)
        {
            MakeParents(files, parent);
            files.CreateDirectory(parent.InnerPath);
        }
    }

    private void Remove(IFileSystem files, string path, bool recurse, HashSet<long> above)
    {
        if (Stopping)
        {
            throw new PipelineStoppedException();
        }
        if (recurse && files.Find(path, followLink: false) is { Kind: FileSystemEntryKind.Directory } directory)
        {
            if (!above.Add(directory.Id))
            {
                throw new CorruptImageException(ErrorIds.CorruptImage, null, path, "the directory contains itself");
            }
            foreach (var child in files.List(path))
            {
                Remove(files, child.Path, recurse, above);
            }
            above.Remove(directory.Id);
        }
        files.Remove(path);
    }

    private void Move(NodeDiskPath place, NodeDiskPath target, bool replace, string action)
    {
        if (target.Drive != place.Drive || target.Partition != place.Partition)
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, place.Drive.DiskPath, place.Place, "it cannot be moved to another partition", "Copy it, and remove it here");
        }
        var source = place.FindItself() ?? throw new XenKube.ItemNotFoundException(ErrorIds.FileNotFound, place.Drive.DiskPath, place.Place, "there is no such item");
        if (target.FindItself() is { } there && !OnlyCaseDiffers(place, target, source, there)
            && (!replace || there.Kind == FileSystemEntryKind.Directory || source.Kind == FileSystemEntryKind.Directory))
        {
            throw new ItemExistsException(
                ErrorIds.FileExists, place.Drive.DiskPath, target.Place, "it exists already", there.Kind == FileSystemEntryKind.Directory ? "Remove it first, or choose another name" : "Move-Item -Force replaces a file");
        }
        if (ShouldProcess($"{place.FullName} to {target.FullName}", action))
        {
            place.Edit(files => files.Rename(place.InnerPath, target.InnerPath));
            Write(target);
        }
    }

    // FAT finds the very file under its new name.
    private static bool OnlyCaseDiffers(NodeDiskPath place, NodeDiskPath target, FileSystemEntry source, FileSystemEntry there) =>
        source.Id == there.Id && source.Kind == there.Kind && place.InnerPath != target.InnerPath
        && string.Equals(place.InnerPath, target.InnerPath, StringComparison.OrdinalIgnoreCase);

    private IEnumerable<(NodeDiskPath Place, NodeDiskItem Item, bool IsContainer)> Children(NodeDiskPath place)
    {
        if (place.IsDrive)
        {
            return place.Drive.Partitions.Select(partition => new NodeDiskPath(place.Drive, partition, "/", partition.Name))
                .Select(child => (child, (NodeDiskItem)PartitionItem(child), true));
        }
        return place.Read(files => files.List(place.InnerPath)).Where(entry => IsSound(place, entry)).Select(entry => (place.Child(entry.Name), entry))
            .Select(child => (child.Item1, new NodeDiskItem(child.Item1, child.entry), child.entry.Kind == FileSystemEntryKind.Directory));
    }

    private bool IsSound(NodeDiskPath place, FileSystemEntry entry)
    {
        if (entry.Damage is not null)
        {
            WriteError(Errors.Record(new CorruptImageException(ErrorIds.CorruptImage, place.Drive.DiskPath, $"{place.Child(entry.Name).Place}: {entry.Damage}", "it cannot be read", "The other files of the directory are sound; repair the file system with e2fsck -f"), place.FullName));
        }
        return entry.Damage is null;
    }

    // A partition whose file system is damaged has a folder all the same; looking into it gives the error.
    private static NodeDiskPartitionItem PartitionItem(NodeDiskPath place)
    {
        try
        {
            return new NodeDiskPartitionItem(place, place.Read(files => files.Find("/")));
        }
        catch (XenKubeException)
        {
            return new NodeDiskPartitionItem(place, null);
        }
    }

    private void Write(NodeDiskPath place) => WriteItemObject(
        place.IsDrive ? new NodeDiskItem(place, null) : place.IsPartition ? PartitionItem(place) : place.FindItself() is { } entry ? new NodeDiskItem(place, entry)
            : place.Partition is null ? throw place.Drive.NoPartition(place.Label)
            : throw new XenKube.ItemNotFoundException(ErrorIds.FileNotFound, place.Drive.DiskPath, place.Place, "there is no such item"),
        place.FullName,
        place.IsContainer);

    private static byte[] Bytes(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => [],
        byte[] bytes => bytes,
        var other => Encoding.UTF8.GetBytes(other.ToString() ?? ""),
    };

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

    private IList Guarded(string path, Func<IList> read)
    {
        IList result = Array.Empty<object>();
        Guard(path, _ => result = read());
        return result;
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
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }
}
