using System.Management.Automation;
using System.Text;
using XenKube.FileSystems;
using XenKube.FileSystems.Copying;

namespace XenKube.Commands.Drives;

// Items made, removed, moved and copied.
public sealed partial class NodeDiskProvider
{
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
            throw new ItemExistsException(ErrorIds.FileExists, place.Drive.DiskPath, place.Place, "it exists already",
                kind == FileSystemEntryKind.File ? "Use -Force to replace a file" : "Remove it first");
        }
        if (!ShouldProcess(place.FullName, kind switch { FileSystemEntryKind.Directory => "Create directory",
            FileSystemEntryKind.SymbolicLink => "Create link", _ => "Create file" }))
        {
            return;
        }
        var given = DynamicParameters as NodeDiskNewItemParameters;
        var attributes = NodeDiskAttributes.Parse(given?.Owner, given?.Mode);
        place.Edit(files =>
        {
            using var batch = files.BeginBatch();
            if (Force)
            {
                MakeParents(files, place);
            }
            switch (kind)
            {
                case FileSystemEntryKind.Directory:
                    files.CreateDirectory(place.InnerPath, attributes);
                    break;
                case FileSystemEntryKind.SymbolicLink:
                    files.CreateSymbolicLink(place.InnerPath, newItemValue?.ToString() ?? "");
                    if (attributes is not null)
                    {
                        files.SetAttributes(place.InnerPath, attributes, followLink: false);
                    }
                    break;
                default:
                    files.WriteFile(place.InnerPath, Bytes(newItemValue), attributes);
                    break;
            }
            batch.Commit();
        });
        Write(place);
    });

    /// <inheritdoc/>
    protected override object NewItemDynamicParameters(string path, string itemTypeName, object newItemValue) =>
        new NodeDiskNewItemParameters();

    /// <inheritdoc/>
    protected override void RemoveItem(string path, bool recurse) => Guard(path, place =>
    {
        place.RequireWritable();
        if (ShouldProcess(place.FullName, "Remove"))
        {
            place.Edit(files =>
            {
                using var batch = files.BeginBatch();
                try
                {
                    _ = recurse ? TreeEdits.Remove(files, place.InnerPath, _stop.Token) : files.Remove(place.InnerPath);
                }
                finally
                {
                    // What was removed before an error stays removed.
                    batch.Commit();
                }
            });
        }
    });

    /// <inheritdoc/>
    protected override void RenameItem(string path, string newName) => Guard(path, place =>
    {
        var name = NodeDiskNames.FromPath(newName);
        if (name is "" or "." or ".." || name.Contains('/', StringComparison.Ordinal))
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, place.Drive.DiskPath, place.Place, $"'{newName}' is not a name",
                "Give the name alone; Move-Item moves to another directory");
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
        var options = new TreeCopyOptions { Recurse = recurse, Failed = e => WriteError(Errors.Record(e.In(place.Drive.DiskPath), path)),
            Warn = WriteWarning };
        var copy = "";
        target.Edit(files => copy = place.Drive == target.Drive && place.Partition == target.Partition
            ? TreeCopy.Between(files, place.InnerPath, place.Name, files, target.InnerPath, options, _stop.Token)
            : place.Drive.ReadUnrepeated(place.Partition ?? throw place.Drive.NoPartition(place.Label), source =>
                TreeCopy.Between(source, place.InnerPath, place.Name, files, target.InnerPath, options, _stop.Token)), inside: true);
        Write(target with { InnerPath = copy });
    });

    private static FileSystemEntryKind KindOf(string? itemTypeName, NodeDiskPath place)
    {
        FileSystemEntryKind[] kinds = [FileSystemEntryKind.File, FileSystemEntryKind.Directory, FileSystemEntryKind.SymbolicLink];
        // As the file system's provider: the beginning of the word does.
        return string.IsNullOrEmpty(itemTypeName) ? FileSystemEntryKind.File
            : kinds.Where(kind => kind.ToString().StartsWith(itemTypeName, StringComparison.OrdinalIgnoreCase)).Cast<FileSystemEntryKind?>()
            .FirstOrDefault()
                ?? throw new InvalidInputException(ErrorIds.ItemTypeInvalid, place.Drive.DiskPath, place.Place,
                    $"'{itemTypeName}' is not a type of item that a drive can have", "Make a File, a Directory or a SymbolicLink");
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

    private void Move(NodeDiskPath place, NodeDiskPath target, bool replace, string action)
    {
        if (target.Drive != place.Drive || target.Partition != place.Partition)
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, place.Drive.DiskPath, place.Place,
                "it cannot be moved to another partition", "Copy it, and remove it here");
        }
        var source = place.FindItself() ?? throw new XenKube.ItemNotFoundException(ErrorIds.FileNotFound, place.Drive.DiskPath,
            place.Place, "there is no such item");
        if (target.FindItself() is { } there && !OnlyCaseDiffers(place, target, source, there)
            && (!replace || there.Kind == FileSystemEntryKind.Directory || source.Kind == FileSystemEntryKind.Directory))
        {
            throw new ItemExistsException(
                ErrorIds.FileExists, place.Drive.DiskPath, target.Place, "it exists already", there.Kind == FileSystemEntryKind.Directory
                    ? "Remove it first, or choose another name" : "Move-Item -Force replaces a file");
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

    private static byte[] Bytes(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => [],
        byte[] bytes => bytes,
        var other => Encoding.UTF8.GetBytes(other.ToString() ?? ""),
    };
}
