using System.Globalization;
using XenKube.Devices;

namespace XenKube.FileSystems.Ext.Volumes;

/// <summary>
/// The blocks of the file system as they are to be seen: the device, over it what the journal holds and has not been
/// checkpointed, over that the edit in progress. Nothing here writes to the device.
/// </summary>
internal sealed class BlockStore(BlockDevice device, int blockSize, long blockCount)
{
    // Enough for the metadata of any edit; a refresh touches about twenty blocks.
    private const int CacheBytes = 4 << 20;

    /// <summary>How much content of files waits in memory for the commit of its edit.</summary>
    private const int MostDataBytes = 8 << 20;

    private readonly Dictionary<long, byte[]> _cache = [];
    private readonly Dictionary<long, byte[]> _changed = [];
    private readonly Dictionary<long, ReadOnlyMemory<byte>> _data = [];
    private readonly Dictionary<long, (byte[]? Changed, ReadOnlyMemory<byte>? Data)> _before = [];
    private readonly Stack<byte[]> _spare = [];
    private bool _canUndo;
    private long _dataBytes;
    private JournalView _journal = JournalView.Empty;
    private long _blockCount = blockCount;

    public BlockDevice Device => device;

    public int BlockSize => blockSize;

    /// <summary>
    /// Grows whenever another state of the file system is to be seen; what was looked up before holds as long as it is the same.
    /// </summary>
    public long Version { get; private set; }

    /// <summary>True within an edit that has changed something.</summary>
    public bool HasChanges => _changed.Count > 0 || _data.Count > 0;

    /// <summary>Metadata blocks changed by the edit in progress.</summary>
    public IReadOnlyDictionary<long, byte[]> Changed => _changed;

    /// <summary>Contents of files that the edit in progress puts into blocks that were free before it.</summary>
    public IReadOnlyDictionary<long, ReadOnlyMemory<byte>> Data => _data;

    /// <summary>Reads a metadata block. The bytes are the store's: they must not be changed.</summary>
    public byte[] Read(long block)
    {
        Check(block, 1);
        return _changed.TryGetValue(block, out var bytes) ? bytes : ReadCommitted(block);
    }

    /// <summary>Reads a metadata block as it was before the edit in progress.</summary>
    public byte[] ReadCommitted(long block)
    {
        if (_cache.TryGetValue(block, out var bytes))
        {
            return bytes;
        }
        bytes = new byte[blockSize];
        ReadUncached(block, bytes);
        if (_cache.Count >= Math.Max(16, CacheBytes / blockSize))
        {
            _cache.Clear();
        }
        _cache[block] = bytes;
        return bytes;
    }

    /// <summary>Reads bytes of a file out of a run of blocks.</summary>
    /// <param name="block">First block of the run.</param>
    /// <param name="offset">Where to start in the run, in bytes.</param>
    /// <param name="buffer">Receives the bytes; may span several blocks.</param>
    public void ReadData(long block, long offset, Span<byte> buffer)
    {
        block += offset / blockSize;
        var within = (int)(offset % blockSize);
        Check(block, ((long)within + buffer.Length + blockSize - 1) / blockSize);
        if (_changed.Count == 0 && _data.Count == 0 && _journal.IsEmpty)
        {
            device.Read(block * blockSize + within, buffer);
            return;
        }
        for (; buffer.Length > 0; block++)
        {
            var part = buffer[..Math.Min(buffer.Length, blockSize - within)];
            if (_data.TryGetValue(block, out var pending))
            {
                pending.Span.Slice(within, part.Length).CopyTo(part);
            }
            else if (_changed.ContainsKey(block) || _journal.Contains(block))
            {
                Read(block).AsSpan(within, part.Length).CopyTo(part);
            }
            else
            {
                device.Read(block * blockSize + within, part);
            }
            buffer = buffer[part.Length..];
            within = 0;
        }
    }

    /// <summary>The block's bytes to be changed as part of the edit in progress.</summary>
    public byte[] Change(long block)
    {
        Check(block, 1);
        Note(block);
        if (!_changed.TryGetValue(block, out var bytes))
        {
            RefuseLargeEdit();
            bytes = (byte[])ReadCommitted(block).Clone();
            _changed[block] = bytes;
            Version++;
        }
        return bytes;
    }

    /// <summary>A metadata block that was free until now: zeros, to be filled.</summary>
    public byte[] Create(long block)
    {
        Check(block, 1);
        Note(block);
        RefuseLargeEdit();
        _data.Remove(block);
        Version++;
        return _changed[block] = new byte[blockSize];
    }

    /// <summary>Content of a file for a block that is free on the device: written in place before the edit commits.</summary>
    public void PutData(long block, ReadOnlyMemory<byte> content)
    {
        Check(block, 1);
        Note(block);
        _changed.Remove(block);
        _data[block] = content;
        Version++;
        _dataBytes += content.Length;
    }

    /// <summary>
    /// Content of a file for blocks that are free on the device, written at once: until the edit commits, nothing on the device
    /// refers to them.
    /// </summary>
    /// <param name="block">The first block.</param>
    /// <param name="content">Whole blocks.</param>
    public void WriteData(long block, ReadOnlySpan<byte> content)
    {
        var count = content.Length / blockSize;
        Check(block, count);
        for (var i = 0; i < count; i++)
        {
            Forget(block + i);
            _cache.Remove(block + i);
        }
        device.Write(block * blockSize, content);
    }

    /// <summary>True where much content of files waits for the commit.</summary>
    public bool HoldsMuchData => _dataBytes >= MostDataBytes;

    /// <summary>Forgets the contents that wait for the commit: they are on the device. Not within a change.</summary>
    public void DropWrittenData()
    {
        foreach (var block in _data.Keys)
        {
            _cache.Remove(block);
        }
        _data.Clear();
        _dataBytes = 0;
        Version++;
    }

    /// <summary>Begins a change that <see cref="UndoChange"/> can take back without the changes of the edit before it.</summary>
    public void BeginChange()
    {
        ForgetBefore();
        _canUndo = true;
    }

    /// <summary>Puts everything back to where it was at <see cref="BeginChange"/>.</summary>
    public void UndoChange()
    {
        foreach (var (block, (changed, data)) in _before)
        {
            _changed.Remove(block);
            _data.Remove(block);
            if (changed is not null)
            {
                _changed.Add(block, changed);
            }
            if (data is { } content)
            {
                _data.Add(block, content);
            }
        }
        // The copies are in use now.
        _before.Clear();
        _canUndo = false;
        Version++;
    }

    /// <summary>The blocks were freed: what the edit had in store for them does not matter any more.</summary>
    public void Forget(long first, long count)
    {
        if (count > _changed.Count + _data.Count)
        {
            foreach (var block in _changed.Keys.Concat(_data.Keys).Where(block => block >= first && block < first + count).ToArray())
            {
                Forget(block);
            }
            return;
        }
        for (var block = first; block < first + count; block++)
        {
            Forget(block);
        }
    }

    private void Forget(long block)
    {
        Note(block);
        _changed.Remove(block);
        _data.Remove(block);
    }

    /// <summary>Drops the edit in progress.</summary>
    public void Discard()
    {
        Version++;
        _changed.Clear();
        _data.Clear();
        _dataBytes = 0;
        ForgetBefore();
        _canUndo = false;
    }

    /// <summary>The edit in progress is on the device: it becomes the committed state.</summary>
    public void Accept()
    {
        foreach (var (block, bytes) in _changed)
        {
            _cache[block] = bytes;
        }
        foreach (var block in _data.Keys)
        {
            _cache.Remove(block);
        }
        Discard();
    }

    /// <summary>Shows the file system as it is after the journal's transactions.</summary>
    public void Show(JournalView journal)
    {
        _journal = journal;
        _cache.Clear();
        Version++;
    }

    /// <summary>Takes another count of blocks: a file system can be enlarged while it is mounted.</summary>
    public void Resize(long count) => _blockCount = count;

    /// <summary>An error about a structure in a block.</summary>
    public XenKubeException Corrupt(string structure, long block, string reason) =>
        CorruptImageException.At(structure, block * blockSize, reason).In(device.Name);

    /// <summary>Throws unless the blocks are inside the file system.</summary>
    public void Check(long block, long count)
    {
        if (block < 0 || count < 0 || block > _blockCount - count)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, device.Name,
                string.Create(CultureInfo.InvariantCulture, $"block {block}"),
                string.Create(CultureInfo.InvariantCulture, $"{count} blocks from here reach beyond the file system's {_blockCount}"));
        }
    }

    private void RefuseLargeEdit()
    {
        if (_changed.Count >= ImageLimits.EditBytes / blockSize)
        {
            throw new OperationFailedException(ErrorIds.EditTooLarge, device.Name, null,
                $"the edit changes more than {ImageLimits.EditBytes >> 20} MiB of the file system's own tables",
                "Make it in smaller parts");
        }
    }

    // The caller may change the bytes of a changed block where they are.
    private void Note(long block)
    {
        if (_canUndo && !_before.ContainsKey(block))
        {
            byte[]? copy = null;
            if (_changed.TryGetValue(block, out var changed))
            {
                copy = _spare.TryPop(out var spare) ? spare : new byte[blockSize];
                changed.CopyTo(copy, 0);
            }
            _before.Add(block, (copy, _data.TryGetValue(block, out var data) ? (ReadOnlyMemory<byte>?)data : null));
        }
    }

    // Each change of a batch copies the same few tables: the copies are kept for the next one.
    private void ForgetBefore()
    {
        const int mostSpare = 64;
        foreach (var (copy, _) in _before.Values)
        {
            if (copy is not null && _spare.Count < mostSpare)
            {
                _spare.Push(copy);
            }
        }
        _before.Clear();
    }

    private void ReadUncached(long block, byte[] bytes)
    {
        if (_journal.TryGet(block, out var source, out var escaped))
        {
            device.Read(source * blockSize, bytes);
            if (escaped)
            {
                JournalView.Unescape(bytes);
            }
            return;
        }
        device.Read(block * blockSize, bytes);
    }
}
