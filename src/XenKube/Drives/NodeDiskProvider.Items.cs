using System.Management.Automation;
using XenKube.FileSystems;

namespace XenKube.Commands.Drives;

// What is there: items, and the children of directories.
public sealed partial class NodeDiskProvider
{
    /// <inheritdoc/>
    protected override bool ItemExists(string path)
    {
        try
        {
            return Place(path).Exists;
        }
        catch (XenKube.ItemNotFoundException error) when (error.Id != ErrorIds.ImageNotFound)
        {
            return false;
        }
        catch (XenKubeException error)
        {
            if (DynamicParameters is NodeDiskExistsParameters)
            {
                WriteError(Errors.Record(error, path));
                return false;
            }
            // The command that asks says what is wrong with the image; after a false, PowerShell would say only that nothing is there.
            return true;
        }
    }

    /// <inheritdoc/>
    protected override object ItemExistsDynamicParameters(string path) => new NodeDiskExistsParameters();

    // With -Include, -Exclude or -Name, PowerShell itself goes from directory to directory, and asks this about each name. A link is not
    // followed then, as Get-ChildItem -Recurse does not follow one: a guest's links can lead in circles, and each into all others.
    /// <inheritdoc/>
    protected override bool IsItemContainer(string path) =>
        Ask(path, place => place.IsContainer && !_linksOfWalk.Contains(place.FullName));

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

    private void List(NodeDiskPath place, NodeDiskSelection wanted, uint depth, HashSet<(int, (ulong, long))> above, int version)
    {
        foreach (var (child, item, isContainer) in Children(place))
        {
            if (Stopping)
            {
                return;
            }
            if (place.Drive.Version != version)
            {
                throw new XenKube.ItemInUseException(ErrorIds.ImageModified, place.Drive.DiskPath, null, "it changed while it was listed",
                    "Try again");
            }
            if (wanted.Takes(child.Name, isContainer))
            {
                WriteItemObject(item, child.FullName, isContainer);
            }
            if (!isContainer || depth == 0 || child.Partition is null)
            {
                continue;
            }
            var id = (child.Partition.Number, item.Identity);
            try
            {
                if (!above.Add(id))
                {
                    throw new CorruptImageException(ErrorIds.CorruptImage, child.Drive.DiskPath, child.Place,
                        "the directory contains itself");
                }
                List(child, wanted, depth == uint.MaxValue ? depth : depth - 1, above, version);
                above.Remove(id);
            }
            // Said once: the directories above this one changed as well.
            catch (XenKubeException error) when (error.Id != ErrorIds.ImageModified)
            {
                WriteError(Errors.Record(error, child.FullName));
            }
        }
    }

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers) => Guard(path, place =>
    {
        var wanted = new NodeDiskSelection(Filter, DynamicParameters);
        foreach (var (child, item, isContainer) in Children(place))
        {
            if (item.Kind == FileSystemEntryKind.SymbolicLink && returnContainers == ReturnContainers.ReturnAllContainers)
            {
                _linksOfWalk.Add(child.FullName);
            }
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

    private IEnumerable<(NodeDiskPath Place, NodeDiskItem Item, bool IsContainer)> Children(NodeDiskPath place)
    {
        if (place.IsDrive)
        {
            return place.Drive.Partitions.Select(partition => new NodeDiskPath(place.Drive, partition, "/", partition.Name))
                .Select(child => (child, (NodeDiskItem)PartitionItem(child), true));
        }
        return place.Read(files => files.List(place.InnerPath)).Where(entry => IsSound(place, entry))
            .Select(entry => (place.Child(entry.Name), entry))
            .Select(child => (child.Item1, new NodeDiskItem(child.Item1, child.entry), child.entry.Kind == FileSystemEntryKind.Directory));
    }

    private bool IsSound(NodeDiskPath place, FileSystemEntry entry)
    {
        if (entry.Damage is not null)
        {
            WriteError(Errors.Record(new CorruptImageException(ErrorIds.CorruptImage, place.Drive.DiskPath,
                $"{place.Child(entry.Name).Place}: {entry.Damage}", "it cannot be read",
                "The other files of the directory are sound; repair the file system with e2fsck -f"), place.FullName));
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

    private static NodeDiskItem ItemOf(NodeDiskPath place) =>
        place.IsDrive ? new NodeDiskItem(place, null) : place.IsPartition ? PartitionItem(place) : place.FindItself() is { } entry
            ? new NodeDiskItem(place, entry)
            : place.Partition is null ? throw place.Drive.NoPartition(place.Label)
            : throw new XenKube.ItemNotFoundException(ErrorIds.FileNotFound, place.Drive.DiskPath, place.Place, "there is no such item");

    private void Write(NodeDiskPath place) => WriteItemObject(ItemOf(place), place.FullName, place.IsContainer);
}
