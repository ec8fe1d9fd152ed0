namespace XenKube.FileSystems.Fat;

/// <summary>
/// A rename. Within a sector it is a single write. A file that goes further is copied, so that no moment has one chain under
/// two names; a directory, whose content cannot be, has two names for the time between two writes.
/// </summary>
internal sealed class FatMove(FatVolume volume, FatEditor editor, string path)
{
    public void Run(FatDirectory from, FatEntry entry, FatDirectory to, string name, FatEntry? target)
    {
        if (target is not null)
        {
            Replace(from, entry, to, target);
            return;
        }
        // Its own short name is not in the way.
        var names = FatShortName.For(name, taken => to.HasName(taken) && !(from == to && IsOwn(entry, taken)));
        if (from == to && from.FindPlaceBeside(entry, names.SlotCount) is { } beside)
        {
            editor.RenameInPlace(from, entry, names, beside);
        }
        else if (entry.IsDirectory)
        {
            MoveDirectory(from, entry, to, names);
        }
        else
        {
            MoveFile(from, entry, to, names);
        }
    }

    private static bool IsOwn(FatEntry entry, string name) =>
        string.Equals(entry.ShortName, name, StringComparison.OrdinalIgnoreCase)
            || string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The entry of the file to be replaced takes over a copy of the content; then the old name goes.</summary>
    private void Replace(FatDirectory from, FatEntry entry, FatDirectory to, FatEntry target)
    {
        var replaced = editor.ListChain(target.Cluster);
        var (old, copy) = Copy(entry, replaced.Length > 0);
        var slot = MakeSlot(from, entry, copy);
        to.GetSlot(target.Slot)[..11].CopyTo(slot);
        slot[12] = to.GetSlot(target.Slot)[12];
        editor.ChangeEntry(to, target, slot);
        Finish(from, entry, [.. old, .. replaced]);
    }

    private void MoveFile(FatDirectory from, FatEntry entry, FatDirectory to, FatShortName names)
    {
        var (place, growth) = editor.Reserve(to, names.SlotCount, path);
        var (old, copy) = Copy(entry, growth.Length > 0);
        editor.AddEntry(to, names, MakeSlot(from, entry, copy), place, growth);
        Finish(from, entry, old);
    }

    private void MoveDirectory(FatDirectory from, FatEntry entry, FatDirectory to, FatShortName names)
    {
        var moved = volume.Load(entry.Cluster);
        var (place, growth) = editor.Reserve(to, names.SlotCount, path);
        editor.Begin();
        volume.Device.Flush();
        volume.Table.Commit();
        editor.AddEntry(to, names, from.GetSlot(entry.Slot).ToArray(), place, growth);
        if (from != to && moved.SlotCount > 1 && FatName.IsDot(moved.GetSlot(1)))
        {
            FatSlot.SetCluster(moved.GetSlot(1), volume.IsRoot(to) ? 0 : to.FirstCluster);
            editor.WriteUnit(moved, 1);
            volume.Device.Flush();
        }
        Finish(from, entry, []);
    }

    /// <summary>Takes the old name away, and then frees what nothing uses any more.</summary>
    private void Finish(FatDirectory from, FatEntry entry, uint[] clusters)
    {
        editor.RemoveEntry(from, entry);
        volume.Device.Flush();
        editor.Free(clusters);
    }

    /// <summary>Copies the clusters of a file to new ones.</summary>
    private (uint[] Old, uint[] Copy) Copy(FatEntry entry, bool always = false)
    {
        var old = editor.ListChain(entry.Cluster);
        var copy = editor.Allocate(old.Length, path);
        if (old.Length > 0 || always)
        {
            editor.Begin();
        }
        var buffer = new byte[volume.Boot.ClusterSize];
        for (var i = 0; i < old.Length; i++)
        {
            volume.Device.Read(volume.Boot.ClusterOffset(old[i]), buffer);
            volume.Device.Write(volume.Boot.ClusterOffset(copy[i]), buffer);
        }
        if (old.Length > 0 || always)
        {
            volume.Device.Flush();
            volume.Table.Commit();
        }
        return (old, copy);
    }

    private static byte[] MakeSlot(FatDirectory from, FatEntry entry, uint[] clusters)
    {
        var slot = from.GetSlot(entry.Slot).ToArray();
        FatSlot.SetCluster(slot, clusters.Length > 0 ? clusters[0] : 0);
        return slot;
    }
}
