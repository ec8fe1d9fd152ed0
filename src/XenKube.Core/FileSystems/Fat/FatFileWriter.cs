namespace XenKube.FileSystems.Fat;

/// <summary>Makes and replaces files, makes directories, and changes what their entries say of them.</summary>
internal sealed class FatFileWriter(FatVolume volume, FatEditor editor)
{
    private const int PartSize = 1 << 20;

    private readonly FatBootSector _boot = volume.Boot;

    /// <summary>Creates a file, or replaces the content of one.</summary>
    public void Write(string path, FatDirectory directory, string name, FatEntry? old, Stream content, FileAttributesChange attributes,
        CancellationToken cancellationToken)
    {
        var time = attributes.TimeUtc ?? DateTime.UtcNow;
        var oldClusters = old is null ? [] : editor.ListChain(old.Cluster);
        long? known = content.CanSeek ? content.Length - content.Position : null;
        if (known > uint.MaxValue)
        {
            throw TooLarge(path);
        }
        var clusters = new List<uint>(known is { } length ? editor.Allocate(ClustersFor(length), path) : []);
        var names = old is null ? FatShortName.For(name, directory.HasName) : null;
        var (place, growth) = names is null ? default : editor.Reserve(directory, names.SlotCount, path);
        if (clusters.Count + oldClusters.Length + (growth?.Length ?? 0) > 0 || known is null)
        {
            editor.Begin();
        }
        var size = known is { } expected ? Pour(content, expected, clusters, cancellationToken) : Pour(content, clusters, path,
            cancellationToken);
        if (clusters.Count + oldClusters.Length + (growth?.Length ?? 0) > 0)
        {
            editor.Flush();
            editor.CommitTable();
        }
        var first = clusters.Count > 0 ? clusters[0] : 0;
        if (old is null)
        {
            editor.AddEntry(directory, names!, MakeSlot(ApplyMode(FatSlot.Archive, attributes.Mode), first, size, time), place, growth!);
            return;
        }
        var slot = directory.GetSlot(old.Slot).ToArray();
        slot[11] = ApplyMode((byte)(slot[11] | FatSlot.Archive), attributes.Mode);
        FatSlot.SetCluster(slot, first);
        FatSlot.SetSize(slot, size);
        FatTime.Set(slot, time, isNew: false);
        editor.ChangeEntry(directory, old, slot);
        editor.Free(oldClusters);
    }

    /// <summary>Makes a directory.</summary>
    public void MakeDirectory(string path, FatDirectory directory, string name, FileAttributesChange? attributes)
    {
        var time = attributes?.TimeUtc ?? DateTime.UtcNow;
        var names = FatShortName.For(name, directory.HasName);
        var clusters = editor.Allocate(1, path);
        var (place, growth) = editor.Reserve(directory, names.SlotCount, path);
        editor.Begin();
        editor.WriteContent(clusters, MakeDots(clusters[0], volume.IsRoot(directory) ? 0 : directory.FirstCluster, time));
        editor.Flush();
        editor.CommitTable();
        editor.AddEntry(directory, names, MakeSlot(FatSlot.Directory, clusters[0], 0, time), place, growth);
    }

    /// <summary>Changes what an entry says of its file: whether anybody may write, and the time.</summary>
    public void SetAttributes(string path, FatDirectory directory, FatEntry entry, FileAttributesChange attributes)
    {
        if (attributes.UserId is > 0 || attributes.GroupId is > 0 || attributes.ExtendedAttributes is { Count: > 0 })
        {
            throw new UnsupportedFeatureException(volume.Device.Name, path, "owners and extended attributes", "FAT does not keep them");
        }
        var slot = directory.GetSlot(entry.Slot).ToArray();
        slot[11] = entry.IsDirectory ? slot[11] : ApplyMode(slot[11], attributes.Mode);
        if (attributes.TimeUtc is { } time)
        {
            FatTime.Set(slot, time, isNew: false);
        }
        editor.ChangeEntry(directory, entry, slot);
    }

    private uint Pour(Stream content, long length, List<uint> clusters, CancellationToken cancellationToken)
    {
        var perPart = Math.Max(1, PartSize / _boot.ClusterSize);
        var buffer = new byte[(int)Math.Min(length, (long)perPart * _boot.ClusterSize)];
        for (var at = 0; at < clusters.Count; at += perPart)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - ((long)at * _boot.ClusterSize)));
            if (content.ReadAtLeast(part, part.Length, throwOnEndOfStream: false) < part.Length)
            {
                throw SparseReader.Shorter();
            }
            editor.WriteContent(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(clusters)
                .Slice(at, Math.Min(perPart, clusters.Count - at)), part);
        }
        return (uint)length;
    }

    // Nobody knows how much there will be.
    private uint Pour(Stream content, List<uint> clusters, string path, CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Max(1, PartSize / _boot.ClusterSize) * _boot.ClusterSize];
        long length = 0;
        for (int count; (count = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; length += count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (length + count > uint.MaxValue)
            {
                throw TooLarge(path);
            }
            var more = editor.Allocate(ClustersFor(count), path);
            if (clusters.Count > 0)
            {
                volume.Table.Set(clusters[^1], more[0]);
            }
            editor.WriteContent(more, buffer.AsSpan(0, count));
            clusters.AddRange(more);
        }
        return (uint)length;
    }

    private int ClustersFor(long length) => (int)((length + _boot.ClusterSize - 1L) / _boot.ClusterSize);

    private OperationFailedException TooLarge(string path) =>
        new(ErrorIds.FileTooLarge, volume.Device.Name, path, "FAT holds files of less than 4 GiB",
            "Write it to an ext partition, or in parts");

    /// <summary>FAT keeps one bit of a mode: whether anybody may write.</summary>
    private static byte ApplyMode(byte attributes, int? mode) => mode switch
    {
        null => attributes,
        { } bits when (bits & 0x92) == 0 => (byte)(attributes | FatSlot.ReadOnly),
        _ => (byte)(attributes & ~FatSlot.ReadOnly),
    };

    private static byte[] MakeSlot(byte attributes, uint cluster, uint size, DateTime time)
    {
        var slot = new byte[FatSlot.Size];
        slot[11] = attributes;
        FatSlot.SetCluster(slot, cluster);
        FatSlot.SetSize(slot, size);
        FatTime.Set(slot, time, isNew: true);
        return slot;
    }

    /// <summary>The slots <c>.</c> and <c>..</c>; the parent's cluster is 0 where that is the root directory.</summary>
    private static byte[] MakeDots(uint self, uint parent, DateTime time)
    {
        var dot = MakeSlot(FatSlot.Directory, self, 0, time);
        var dots = MakeSlot(FatSlot.Directory, parent, 0, time);
        ".          "u8.CopyTo(dot);
        "..         "u8.CopyTo(dots);
        return [.. dot, .. dots];
    }
}
