using System.Buffers.Binary;
using System.Globalization;
using XenKube.Devices;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Journal;

/// <summary>
/// Finds out what replaying the journal would write, as jbd2 does it: transactions that have their commit block, in order,
/// without the blocks that a later transaction revoked.
/// </summary>
internal sealed class JournalRecovery
{
    private readonly ExtVolume _volume;
    private readonly JournalLog _log;
    private readonly JournalSuperblock _journal;
    private readonly byte[] _block;
    private readonly List<(uint Sequence, long Position, JournalTag Tag)> _copies = [];
    private readonly Dictionary<long, uint> _revoked = [];
    private long _position;
    private long _consumed;

    private JournalRecovery(ExtVolume volume, JournalLog log)
    {
        _volume = volume;
        _log = log;
        _journal = log.Superblock;
        _block = new byte[volume.BlockSize];
    }

    /// <summary>The sequence number for the next transaction after the replay.</summary>
    public uint NextSequence { get; private set; }

    /// <summary>What the file system holds after the replay.</summary>
    public JournalView View { get; private set; } = new();

    /// <summary>Reads the log.</summary>
    public static JournalRecovery Run(ExtVolume volume, JournalLog log)
    {
        var recovery = new JournalRecovery(volume, log);
        recovery.Scan();
        recovery.Apply();
        return recovery;
    }

    /// <summary>The same with nothing to replay: only the sequence number goes on.</summary>
    public JournalRecovery WithoutView()
    {
        View = JournalView.Empty;
        return this;
    }

    private void Scan()
    {
        var sequence = _journal.Sequence;
        NextSequence = sequence;
        if (_journal.Start == 0)
        {
            return;
        }
        _position = _journal.Start;
        while (ReadTransaction(sequence))
        {
            sequence++;
        }
        RefuseFastCommit(sequence);
        // As jbd2: one number stays unused, so that remains of a transaction that was cut off can never come to life.
        NextSequence = sequence + 1;
    }

    // Reads one transaction; false where the log ends before its commit block.
    private bool ReadTransaction(uint sequence)
    {
        var copies = new List<(uint, long, JournalTag)>();
        var revoked = new HashSet<long>();
        var damaged = false;
        var checksum = 0xFFFFFFFFu;
        while (_consumed < _journal.End - _journal.First)
        {
            RefuseLength();
            Next(out _);
            if (JournalBlock.Read(_block) is not { } header || header.Sequence != sequence)
            {
                return false;
            }
            switch (header.Type)
            {
                case JournalBlock.Descriptor:
                    damaged |= !TailIsRight();
                    if (!ReadTags(sequence, copies, ref checksum))
                    {
                        return false;
                    }
                    break;
                case JournalBlock.Revoke:
                    damaged |= !TailIsRight();
                    if (!ReadRevoked(revoked))
                    {
                        damaged = true;
                    }
                    break;
                case JournalBlock.Commit:
                    if (!CommitIsRight(sequence, damaged, checksum))
                    {
                        return false;
                    }
                    _copies.AddRange(copies);
                    foreach (var block in revoked)
                    {
                        _revoked[block] = sequence;
                    }
                    return true;
                default:
                    return false;
            }
        }
        return false;
    }

    private void RefuseLength()
    {
        if (_consumed > ImageLimits.JournalBytes / _block.Length)
        {
            throw ImageLimits.Exceeded(_volume.Store.Device.Name, "journal",
                $"more than {ImageLimits.JournalBytes >> 20} MiB of it would have to be replayed");
        }
    }

    private bool ReadTags(uint sequence, List<(uint Sequence, long Position, JournalTag Tag)> copies, ref uint checksum)
    {
        var end = _block.Length - (_journal.HasBlockChecksums ? JournalBlock.TailSize : 0);
        var tags = new List<JournalTag>();
        for (var at = JournalBlock.HeaderSize; at + _journal.TagSize <= end;)
        {
            var tag = JournalTag.Read(_block.AsSpan(at), _journal);
            tags.Add(tag);
            at += _journal.TagSize + ((tag.Flags & JournalTagFlags.SameUuid) == 0 ? 16 : 0);
            if ((tag.Flags & JournalTagFlags.Last) != 0)
            {
                break;
            }
        }
        if (_journal.HasTransactionChecksums)
        {
            checksum = JournalChecksum.Append(checksum, _block);
        }
        foreach (var tag in tags)
        {
            if (_consumed >= _journal.End - _journal.First)
            {
                return false;
            }
            if (_journal.HasTransactionChecksums)
            {
                Next(out var at);
                checksum = JournalChecksum.Append(checksum, _block);
                copies.Add((sequence, at, tag));
            }
            else
            {
                copies.Add((sequence, Advance(), tag));
            }
        }
        return true;
    }

    private bool ReadRevoked(HashSet<long> revoked)
    {
        long used = BinaryPrimitives.ReadUInt32BigEndian(_block.AsSpan(JournalBlock.HeaderSize));
        if (used > _block.Length - (_journal.HasBlockChecksums ? JournalBlock.TailSize : 0))
        {
            return false;
        }
        var wide = _journal.Is(JournalFeatures.SixtyFourBit);
        for (var at = JournalBlock.HeaderSize + 4; at + (wide ? 8 : 4) <= used; at += wide ? 8 : 4)
        {
            revoked.Add(wide ? (long)(BinaryPrimitives.ReadUInt64BigEndian(_block.AsSpan(at)) & long.MaxValue)
                : BinaryPrimitives.ReadUInt32BigEndian(_block.AsSpan(at)));
            if (_revoked.Count + revoked.Count > ImageLimits.RevokedBlocks)
            {
                throw ImageLimits.Exceeded(_volume.Store.Device.Name, "journal",
                    $"it revokes more than {ImageLimits.Text(ImageLimits.RevokedBlocks)} blocks");
            }
        }
        return true;
    }

    private long _lastCommitTime;

    private bool CommitIsRight(uint sequence, bool damaged, uint checksum)
    {
        var time = BinaryPrimitives.ReadInt64BigEndian(_block.AsSpan(JournalBlock.CommitTimeAt));
        var right = !damaged;
        if (_journal.HasTransactionChecksums)
        {
            // Type 1 is crc32, size 4; journals without a checksum in this commit block have zeros.
            var stored = BinaryPrimitives.ReadUInt32BigEndian(_block.AsSpan(JournalBlock.CommitChecksumAt));
            right &= (stored == checksum && _block[12] == 1 && _block[13] == 4) || (stored == 0 && _block[12] == 0 && _block[13] == 0);
        }
        if (_journal.HasBlockChecksums)
        {
            right &= BinaryPrimitives.ReadUInt32BigEndian(_block.AsSpan(JournalBlock.CommitChecksumAt)) == JournalBlock.CommitChecksum(
                _journal, _block)
                || IsTornCommit();
        }
        if (!right)
        {
            // Older than the transaction before it: left over from an earlier turn of the log, which ends here.
            if (time < _lastCommitTime || (_journal.Is(JournalFeatures.AsyncCommit) && !damaged))
            {
                return false;
            }
            throw _log.Broken(string.Create(CultureInfo.InvariantCulture,
                $"transaction {sequence} is committed, but its checksum is wrong"));
        }
        _lastCommitTime = time;
        return true;
    }

    // A commit block of which only the first sector arrived is whole in the part that is used (as Linux since 6.4 takes it).
    private bool IsTornCommit()
    {
        var copy = new byte[_block.Length];
        _block.AsSpan(0, Math.Min(0x3C, copy.Length)).CopyTo(copy);
        return BinaryPrimitives.ReadUInt32BigEndian(copy.AsSpan(JournalBlock.CommitChecksumAt)) == JournalBlock.CommitChecksum(_journal,
            copy);
    }

    private void Apply()
    {
        foreach (var (sequence, position, tag) in _copies)
        {
            if (_revoked.TryGetValue(tag.Block, out var revokedBy) && (int)(revokedBy - sequence) >= 0)
            {
                continue;
            }
            RefuseOutside(tag.Block);
            if (_journal.HasBlockChecksums)
            {
                _log.Read(position, _block);
                if (JournalTag.ChecksumOf(_journal, sequence, _block) != tag.Checksum)
                {
                    throw _log.Broken(string.Create(CultureInfo.InvariantCulture,
                        $"the copy of block {tag.Block} in transaction {sequence} has a wrong checksum"));
                }
            }
            View.Set(tag.Block, _log.Place(position).Block, (tag.Flags & JournalTagFlags.Escaped) != 0);
        }
    }

    // Within the device: the file system may have been enlarged by one of these transactions.
    private void RefuseOutside(long block)
    {
        var blocks = _volume.Store.Device.Length / _block.Length;
        if (block >= blocks)
        {
            throw _log.Broken(string.Create(CultureInfo.InvariantCulture, $"it holds a copy of block {block}, and there are {blocks}"));
        }
    }

    // The first fast commit after the last full one begins with a head that names its number. It would have to be replayed.
    private void RefuseFastCommit(uint sequence)
    {
        if (!_journal.Is(JournalFeatures.FastCommit))
        {
            return;
        }
        _log.Read(_journal.End, _block);
        if (BinaryPrimitives.ReadUInt16LittleEndian(_block) == 0x9 && BinaryPrimitives.ReadUInt32LittleEndian(_block.AsSpan(8)) == sequence)
        {
            throw new UnsupportedFeatureException(_volume.Store.Device.Name, "journal", "fast_commit (with commits still to be replayed)",
                "Replay it by e2fsck -p, or by mounting the file system once");
        }
    }

    private bool TailIsRight() => !_journal.HasBlockChecksums
        || BinaryPrimitives.ReadUInt32BigEndian(_block.AsSpan(_block.Length - JournalBlock.TailSize)) == JournalBlock.TailChecksum(
            _journal, _block);

    private void Next(out long position)
    {
        position = Advance();
        _log.Read(position, _block);
    }

    private long Advance()
    {
        var position = _position++;
        if (_position >= _journal.End)
        {
            _position = _journal.First;
        }
        _consumed++;
        return position;
    }
}
