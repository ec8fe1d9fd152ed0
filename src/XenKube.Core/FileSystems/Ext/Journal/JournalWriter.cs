using System.Buffers.Binary;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Journal;

/// <summary>
/// Writes an edit as one transaction of the file system's journal, as the kernel would, and puts it in place at once: the
/// guest's GRUB does not read journals. Between two flushes the order of writes is the disk's; what has to be before or
/// after something else is on another side of a flush.
/// </summary>
internal sealed class JournalWriter(ExtVolume volume, JournalLog log)
{
    private readonly JournalSuperblock _journal = log.Superblock;

    /// <summary>True once a commit has begun to write; false again when it is done.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>How many blocks one transaction can take.</summary>
    public long Room => _journal.End - _journal.First;

    /// <summary>How many blocks a transaction of that many changed blocks needs.</summary>
    public long Needed(int blocks) => blocks + Descriptors(blocks) + 1L;

    /// <summary>Refuses an edit that one transaction cannot hold. Nothing was written yet.</summary>
    public void Check(int blocks)
    {
        if (_journal.Error != 0)
        {
            throw log.Broken("it records an error from before");
        }
        var needed = Needed(blocks);
        if (needed > Room)
        {
            throw new OperationFailedException(ErrorIds.EditTooLarge, volume.Store.Device.Name, "journal",
                $"the edit needs {needed} blocks of the journal, which has {Room}", "Make it in smaller parts");
        }
        if (!_journal.Is(JournalFeatures.SixtyFourBit) && volume.Store.Changed.Keys.Any(block => block > uint.MaxValue))
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name, "journal",
                "a journal without 64bit on a file system of more than 2^32 blocks");
        }
    }

    /// <summary>
    /// Makes the edit in progress durable and puts it in place, a step at a time. After each step but the last, everything that was
    /// written must be flushed before the next one: the caller does so, for several file systems of a disk at once.
    /// </summary>
    /// <param name="nowUtc">The time of the commit.</param>
    public IEnumerator<CommitStep> Commit(DateTime nowUtc)
    {
        var sequence = _journal.Sequence;
        // The logged superblock says what is true when it is replayed: that there is a journal to replay.
        var superblock = volume.ChangeSuperblock();
        ExtSuperblock.SetNeedsRecovery(superblock, true);
        ExtSuperblock.SetWriteTime(superblock, (long)(nowUtc - DateTime.UnixEpoch).TotalSeconds);
        volume.Superblock.Seal(superblock);
        var blocks = volume.Store.Changed.OrderBy(pair => pair.Key).ToList();
        Check(blocks.Count);

        var commitAt = _journal.First + blocks.Count + Descriptors(blocks.Count);
        HasWritten = true;
        DataWriter.Write(volume.Store);
        var checksum = WriteLog(blocks, sequence);
        MarkNeedsRecovery();
        yield return CommitStep.Logged;

        _journal.Start = _journal.First;
        WriteJournalSuperblock();
        WriteCommit(commitAt, sequence, checksum, nowUtc);
        yield return CommitStep.Committed;

        DataWriter.Write(volume.Store, blocks);
        yield return CommitStep.InPlace;

        _journal.Start = 0;
        _journal.Sequence = sequence + 1;
        WriteJournalSuperblock();
        yield return CommitStep.JournalEmpty;

        // After this the flag says less than the truth, so that nobody has to wait for it.
        volume.Store.Accept();
        ClearNeedsRecovery();
        HasWritten = false;
    }

    /// <summary>Puts what a replay shows in place and leaves an empty journal, as the kernel does at a mount.</summary>
    public void Replay(JournalRecovery recovery)
    {
        var device = volume.Store.Device;
        foreach (var block in recovery.View.Blocks.Order())
        {
            var bytes = volume.Store.ReadCommitted(block);
            if (block == ExtSuperblock.Offset / volume.BlockSize)
            {
                bytes = WithChecksumOfDisk(bytes);
            }
            device.Write(block * volume.BlockSize, bytes);
        }
        device.Flush();
        _journal.Start = 0;
        _journal.Sequence = recovery.NextSequence;
        WriteJournalSuperblock();
        device.Flush();
        volume.Store.Show(JournalView.Empty);
        ClearNeedsRecovery();
    }

    private int TagsPerDescriptor => (volume.BlockSize - JournalBlock.HeaderSize - 16 - (_journal.HasBlockChecksums
        ? JournalBlock.TailSize : 0)) / _journal.TagSize;

    private int Descriptors(int blocks) => (blocks + TagsPerDescriptor - 1) / TagsPerDescriptor;

    // Descriptors and copies, and zeros where the commit block will be: an old commit block may be there.
    private uint WriteLog(List<KeyValuePair<long, byte[]>> blocks, uint sequence)
    {
        var size = volume.BlockSize;
        var image = new byte[(blocks.Count + Descriptors(blocks.Count) + 1) * size];
        var at = 0;
        var checksum = 0xFFFFFFFFu;
        for (var start = 0; start < blocks.Count; start += TagsPerDescriptor)
        {
            var count = Math.Min(TagsPerDescriptor, blocks.Count - start);
            var descriptor = image.AsSpan(at, size);
            new JournalBlock(JournalBlock.Descriptor, sequence).Write(descriptor);
            var tagAt = JournalBlock.HeaderSize;
            for (var i = 0; i < count; i++)
            {
                var copy = image.AsSpan(at + (i + 1) * size, size);
                blocks[start + i].Value.CopyTo(copy);
                var flags = i == count - 1 ? JournalTagFlags.Last : JournalTagFlags.None;
                if (BinaryPrimitives.ReadUInt32BigEndian(copy) == JournalView.Magic)
                {
                    BinaryPrimitives.WriteUInt32BigEndian(copy, 0);
                    flags |= JournalTagFlags.Escaped;
                }
                if (i > 0)
                {
                    flags |= JournalTagFlags.SameUuid;
                }
                new JournalTag(blocks[start + i].Key, flags, JournalTag.ChecksumOf(_journal, sequence, copy))
                    .Write(descriptor[tagAt..], _journal);
                tagAt += _journal.TagSize;
                if (i == 0)
                {
                    _journal.UuidBytes.CopyTo(descriptor[tagAt..]);
                    tagAt += 16;
                }
            }
            if (_journal.HasBlockChecksums)
            {
                BinaryPrimitives.WriteUInt32BigEndian(descriptor[^JournalBlock.TailSize..],
                    JournalBlock.TailChecksum(_journal, descriptor));
            }
            at += (count + 1) * size;
        }
        if (_journal.HasTransactionChecksums)
        {
            checksum = JournalChecksum.Append(checksum, image.AsSpan(0, at));
        }
        long position = _journal.First;
        for (var done = 0; done < image.Length;)
        {
            var (block, count) = log.Place(position);
            var length = (int)Math.Min(image.Length - done, count * size);
            volume.Store.Device.Write(block * size, image.AsSpan(done, length));
            done += length;
            position += length / size;
        }
        return checksum;
    }

    private void WriteCommit(long position, uint sequence, uint checksum, DateTime nowUtc)
    {
        var block = new byte[volume.BlockSize];
        new JournalBlock(JournalBlock.Commit, sequence).Write(block);
        if (_journal.HasTransactionChecksums)
        {
            block[12] = 1;
            block[13] = 4;
            BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(JournalBlock.CommitChecksumAt), checksum);
        }
        var ticks = (nowUtc - DateTime.UnixEpoch).Ticks;
        BinaryPrimitives.WriteInt64BigEndian(block.AsSpan(JournalBlock.CommitTimeAt), ticks / TimeSpan.TicksPerSecond);
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(JournalBlock.CommitTimeAt + 8), (uint)(ticks % TimeSpan.TicksPerSecond * 100));
        if (_journal.HasBlockChecksums)
        {
            BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(JournalBlock.CommitChecksumAt),
                JournalBlock.CommitChecksum(_journal, block));
        }
        volume.Store.Device.Write(log.Place(position).Block * volume.BlockSize, block);
    }

    private void WriteJournalSuperblock()
    {
        _journal.Seal();
        volume.Store.Device.Write(log.Place(0).Block * volume.BlockSize, _journal.FirstSector);
    }

    // Only the flag changes: everything else of the superblock is part of the transaction.
    private void MarkNeedsRecovery()
    {
        var number = ExtSuperblock.Offset / volume.BlockSize;
        var bytes = volume.Store.ReadCommitted(number).AsSpan(ExtSuperblock.Offset % volume.BlockSize, ExtSuperblock.Size).ToArray();
        ExtSuperblock.SetNeedsRecovery(bytes, true);
        volume.Superblock.Seal(bytes);
        volume.Store.Device.Write(ExtSuperblock.Offset, bytes.AsSpan(0, SectorOf(bytes)));
    }

    private void ClearNeedsRecovery()
    {
        var bytes = volume.ChangeSuperblock();
        ExtSuperblock.SetNeedsRecovery(bytes, false);
        volume.Superblock.Seal(bytes);
        volume.Store.Device.Write(ExtSuperblock.Offset, bytes[..SectorOf(bytes)]);
        volume.Store.Accept();
        volume.ReloadSuperblock();
        volume.EndRecovery();
    }

    private int SectorOf(ReadOnlySpan<byte> superblock) => volume.Superblock.Is(ReadOnlyFeatures.Snapshot)
        ? superblock.Length : ExtSuperblock.SectorSize;

    // The kernel's logged superblock has a checksum of its own, in the second sector. Where nothing else there differs, the
    // checksum that is on the disk is kept and the first sector made to fit, so that this write cannot tear either.
    private byte[] WithChecksumOfDisk(byte[] block)
    {
        var offset = ExtSuperblock.Offset % volume.BlockSize;
        var copy = (byte[])block.Clone();
        var disk = new byte[ExtSuperblock.Size];
        volume.Store.Device.Read(ExtSuperblock.Offset, disk);
        var logged = copy.AsSpan(offset, ExtSuperblock.Size);
        const int second = ExtSuperblock.SectorSize;
        if (logged[second..^4].SequenceEqual(disk.AsSpan(second..^4)))
        {
            disk.AsSpan(^4..).CopyTo(logged[^4..]);
            volume.Superblock.Seal(logged);
        }
        return copy;
    }
}
