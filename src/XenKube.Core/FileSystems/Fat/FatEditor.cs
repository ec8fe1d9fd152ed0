namespace XenKube.FileSystems.Fat;

/// <summary>
/// The steps of an edit, in the order that keeps every moment whole: content into free clusters, then the table, then the
/// one sector of the directory that makes the change, and only then the old clusters free. Whatever a crash leaves undone is
/// at worst a chain of clusters that nothing uses. While the table changes the volume is marked dirty, as a mount does.
/// </summary>
internal sealed class FatEditor(FatVolume volume)
{
    private readonly FatBootSector _boot = volume.Boot;
    private readonly List<uint> _taken = [];
    private FatBatch? _batch;
    private bool _isMarked;
    private bool _isTableWritten;

    /// <summary>Runs an edit; after a failure nothing in memory is believed any more.</summary>
    public void Run(Action steps)
    {
        if (!volume.Device.CanWrite)
        {
            throw FileSystemErrors.ReadOnly();
        }
        if (!_boot.IsMirrored)
        {
            throw new UnsupportedFeatureException(null, "FAT boot sector", "a single active FAT", "It can be read only");
        }
        if (_batch is not null)
        {
            RunInBatch(steps);
            return;
        }
        _isTableWritten = false;
        try
        {
            steps();
            if (_isMarked)
            {
                volume.Info.Write();
                volume.Device.Flush();
                WriteState(0);
                volume.Device.Flush();
                _isMarked = false;
            }
        }
        catch
        {
            if (_isMarked && !_isTableWritten)
            {
                // Nothing but free clusters was written.
                TryUnmark();
            }
            _isMarked = false;
            volume.Reset();
            throw;
        }
    }

    /// <summary>Begins a batch: content is written to free clusters at once, the table and the directories at its end.</summary>
    public void BeginBatch()
    {
        _batch = new FatBatch(volume, this);
        volume.KeepsDirectories = true;
    }

    /// <summary>Ends the batch, and drops what was not brought to the disk.</summary>
    public void EndBatch()
    {
        var dropped = _batch is { IsEmpty: false };
        _batch = null;
        volume.KeepsDirectories = false;
        if (dropped)
        {
            volume.Reset();
        }
    }

    /// <summary>Brings the batch in progress to the disk; it goes on empty.</summary>
    public void CommitBatch()
    {
        if (_batch is { IsEmpty: false } batch)
        {
            _batch = null;
            try
            {
                Run(batch.Write);
            }
            finally
            {
                _batch = new FatBatch(volume, this);
            }
        }
    }

    /// <summary>True where the batch in progress should be brought to the disk before it grows further.</summary>
    public bool IsBatchLarge => _batch is { IsLarge: true };

    /// <summary>Flushes the device; in a batch that is done at its end.</summary>
    public void Flush()
    {
        if (_batch is null)
        {
            volume.Device.Flush();
        }
    }

    /// <summary>Writes the table; in a batch that is done at its end.</summary>
    public void CommitTable()
    {
        if (_batch is null)
        {
            _isTableWritten = true;
            volume.Table.Commit();
        }
    }

    // A change fails before it touches a directory: all that it has to give back are clusters.
    private void RunInBatch(Action steps)
    {
        _taken.Clear();
        try
        {
            steps();
        }
        catch
        {
            foreach (var cluster in _taken)
            {
                volume.Table.Set(cluster, 0);
                volume.Info.GaveBack();
            }
            throw;
        }
        _batch!.Took(_taken);
    }

    private void TryUnmark()
    {
        try
        {
            WriteState(0);
        }
        catch (XenKubeException)
        {
            // The first error counts.
        }
    }

    /// <summary>Marks the volume dirty before the first change of the table; durable with the next flush.</summary>
    public void Begin()
    {
        if (_batch is null && !volume.IsDirty && !_isMarked)
        {
            WriteState(FatBootSector.DirtyState);
            _isMarked = true;
        }
    }

    /// <summary>Takes free clusters and links them to a chain, in memory.</summary>
    /// <param name="count">How many.</param>
    /// <param name="path">What they are for, for the error.</param>
    public uint[] Allocate(int count, string path)
    {
        var clusters = new uint[count];
        if (count == 0)
        {
            return clusters;
        }
        var next = volume.Info.Next;
        var left = (long)_boot.ClusterCount;
        for (var found = 0; found < count; next = next < _boot.LastCluster ? next + 1 : FatBootSector.FirstCluster)
        {
            if (left-- == 0)
            {
                throw FileSystemErrors.Full(path, $"no {count} clusters of {_boot.ClusterSize} bytes are free");
            }
            if (volume.Table.Get(next) == 0)
            {
                clusters[found++] = next;
            }
        }
        for (var i = 0; i < count; i++)
        {
            volume.Table.Set(clusters[i], i + 1 < count ? clusters[i + 1] : FatTable.EndOfChain);
            volume.Info.Took(clusters[i]);
        }
        if (_batch is not null)
        {
            _taken.AddRange(clusters);
        }
        return clusters;
    }

    /// <summary>Writes content into clusters that are not linked yet; the rest of the last one is cleared.</summary>
    public void WriteContent(ReadOnlySpan<uint> clusters, ReadOnlySpan<byte> content)
    {
        for (var i = 0; i < clusters.Length;)
        {
            var run = 1;
            while (i + run < clusters.Length && clusters[i + run] == clusters[i] + (uint)run && (run + 1L) * _boot.ClusterSize <= 1 << 20)
            {
                run++;
            }
            var start = i * _boot.ClusterSize;
            var length = Math.Min(run * _boot.ClusterSize, content.Length - start);
            WriteRun(_boot.ClusterOffset(clusters[i]), content.Slice(start, length), run * _boot.ClusterSize);
            i += run;
        }
    }

    /// <summary>All clusters of a chain; empty for one that does not begin.</summary>
    public uint[] ListChain(uint first) => first == 0 ? [] : [.. volume.Table.Chain(first, _boot.ClusterCount)];

    /// <summary>Gives clusters back.</summary>
    public void Free(uint[] clusters)
    {
        if (_batch is not null)
        {
            _batch.Free(clusters);
            return;
        }
        foreach (var cluster in clusters)
        {
            volume.Table.Set(cluster, 0);
            volume.Info.GaveBack();
        }
        CommitTable();
    }

    /// <summary>Finds room for an entry in a directory; the clusters it has to grow by are allocated.</summary>
    public (FatPlace Place, uint[] Growth) Reserve(FatDirectory directory, int slots, string path)
    {
        var place = directory.FindPlace(slots, canGrow: true) ?? throw FileSystemErrors.Full(path, directory.IsFixed
            ? "the root directory of FAT16 is full" : "the directory is full");
        try
        {
            return (place, Allocate(place.NewClusters, path));
        }
        catch (OperationFailedException) when (directory.FindPlace(slots, canGrow: false) is { } scattered)
        {
            return (scattered, []);
        }
    }

    /// <summary>Writes the slots of a new entry so that it appears at once.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">Its names.</param>
    /// <param name="shortSlot">Its short entry without the name.</param>
    /// <param name="place">Where its slots go.</param>
    /// <param name="growth">Clusters that the directory grows by; they are in the table already, but not linked.</param>
    public void AddEntry(FatDirectory directory, FatShortName name, ReadOnlySpan<byte> shortSlot, FatPlace place, uint[] growth)
    {
        FillGap(directory, place.FirstSlot);
        var (oldCount, lastCluster) = (directory.SlotCount, directory.IsFixed ? 0 : directory.Clusters[^1]);
        foreach (var cluster in growth)
        {
            directory.Grow(cluster);
        }
        FillSlots(directory, name, shortSlot, place);
        MoveEnd(directory, place.LastSlot);
        if (growth.Length > 0)
        {
            for (var slot = oldCount; slot < directory.SlotCount; slot += FatDirectory.SlotsPerUnit)
            {
                WriteUnit(directory, slot);
            }
            if (_batch is not null)
            {
                _batch.Link(lastCluster, growth[0], _taken);
            }
            else
            {
                volume.Device.Flush();
                volume.Table.Set(lastCluster, growth[0]);
                CommitTable();
            }
        }
        else
        {
            WriteUnits(directory, place.FirstSlot, place.LastSlot);
        }
        directory.Add(place.FirstSlot, place.LastSlot, name.LongName);
    }

    /// <summary>Frees the slots of an entry; its short one goes first, since that one is the file.</summary>
    public void RemoveEntry(FatDirectory directory, FatEntry entry)
    {
        for (var slot = entry.FirstSlot; slot <= entry.Slot; slot++)
        {
            directory.GetSlot(slot)[0] = FatSlot.FreeMark;
        }
        WriteUnit(directory, entry.Slot);
        volume.Device.Flush();
        for (var slot = entry.FirstSlot; slot / FatDirectory.SlotsPerUnit < entry.Slot / FatDirectory.SlotsPerUnit;
            slot += FatDirectory.SlotsPerUnit)
        {
            WriteUnit(directory, slot);
        }
        directory.Remove(entry);
    }

    /// <summary>Changes the short slot of an entry, which is one sector.</summary>
    public FatEntry ChangeEntry(FatDirectory directory, FatEntry entry, ReadOnlySpan<byte> shortSlot)
    {
        shortSlot.CopyTo(directory.GetSlot(entry.Slot));
        WriteUnit(directory, entry.Slot);
        Flush();
        directory.Remove(entry);
        return directory.Add(entry.FirstSlot, entry.Slot, entry.FirstSlot == entry.Slot ? null : entry.Name);
    }

    /// <summary>Gives an entry a new name within its sector: the one rename that is a single write.</summary>
    public void RenameInPlace(FatDirectory directory, FatEntry entry, FatShortName name, FatPlace place)
    {
        var slot = directory.GetSlot(entry.Slot).ToArray();
        for (var i = entry.FirstSlot; i <= entry.Slot; i++)
        {
            directory.GetSlot(i)[0] = FatSlot.FreeMark;
        }
        directory.Remove(entry);
        FillSlots(directory, name, slot, place);
        MoveEnd(directory, place.LastSlot);
        WriteUnit(directory, place.FirstSlot);
        volume.Device.Flush();
        directory.Add(place.FirstSlot, place.LastSlot, name.LongName);
    }

    /// <summary>Writes the sector of a slot.</summary>
    public void WriteUnit(FatDirectory directory, int slot)
    {
        if (_batch is not null)
        {
            _batch.Add(directory, slot);
            return;
        }
        var (offset, bytes) = directory.GetUnit(slot);
        volume.Device.Write(offset, bytes.Span);
    }

    private static void FillSlots(FatDirectory directory, FatShortName name, ReadOnlySpan<byte> shortSlot, FatPlace place)
    {
        var checksum = FatSlot.Checksum(name.Raw);
        for (var part = place.Count - 2; part >= 0; part--)
        {
            FatSlot.WritePart(directory.GetSlot(place.LastSlot - 1 - part), name.LongName, part, checksum);
        }
        var slot = directory.GetSlot(place.LastSlot);
        shortSlot.CopyTo(slot);
        name.Raw.CopyTo(slot);
        slot[12] = name.Case;
    }

    /// <summary>Slots that are left out are marked as free: readers that stop at a slot that was never used must go on.</summary>
    private void FillGap(FatDirectory directory, int upTo)
    {
        var first = directory.End;
        if (first >= Math.Min(upTo, directory.SlotCount))
        {
            return;
        }
        for (var slot = first; slot < upTo; slot++)
        {
            directory.GetSlot(slot).Clear();
            directory.GetSlot(slot)[0] = FatSlot.FreeMark;
        }
        MoveEnd(directory, upTo - 1);
        WriteUnits(directory, first, upTo - 1);
    }

    /// <summary>Slots after the new end that were never in use are cleared first.</summary>
    private void MoveEnd(FatDirectory directory, int lastSlot)
    {
        if (directory.MoveEnd(lastSlot) && directory.End / FatDirectory.SlotsPerUnit != lastSlot / FatDirectory.SlotsPerUnit)
        {
            WriteUnit(directory, directory.End);
            _batch?.First(directory, directory.End);
            Flush();
        }
    }

    /// <summary>Writes the sectors of a range of slots; the last one, with the short entry, when the others are safe.</summary>
    private void WriteUnits(FatDirectory directory, int firstSlot, int lastSlot)
    {
        var (first, last) = (firstSlot / FatDirectory.SlotsPerUnit, lastSlot / FatDirectory.SlotsPerUnit);
        for (var unit = first; unit < last; unit++)
        {
            WriteUnit(directory, unit * FatDirectory.SlotsPerUnit);
            _batch?.Before(directory, unit * FatDirectory.SlotsPerUnit);
        }
        if (first != last)
        {
            Flush();
        }
        WriteUnit(directory, lastSlot);
        Flush();
    }

    private void WriteRun(long offset, ReadOnlySpan<byte> content, int length)
    {
        if (content.Length == length)
        {
            volume.Device.Write(offset, content);
            return;
        }
        var whole = new byte[length];
        content.CopyTo(whole);
        volume.Device.Write(offset, whole);
    }

    private void WriteState(byte dirty)
    {
        var sector = new byte[512];
        volume.Device.Read(0, sector);
        sector[_boot.StateOffset] = (byte)(sector[_boot.StateOffset] & ~FatBootSector.DirtyState | dirty);
        volume.Device.Write(0, sector);
    }
}
