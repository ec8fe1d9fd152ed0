using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using XenKube.Compression.Bzip2;

namespace XenKube.Compression.Xz;

/// <summary>
/// Decompresses an .xz file of several blocks with several threads: each takes the next block, reads and decodes the block, and writes the
/// data to where it belongs, so that nothing but the dictionaries is in memory. Beside them the file is hashed from the beginning to the
/// end. That the hashed bytes are those that were decoded, a digest of each block shows, which both sides compute.
/// </summary>
internal sealed class ParallelXz
{
    /// <summary>A list of so many blocks takes some megabytes; images have some hundred.</summary>
    private const int MostBlocks = 100_000;

    /// <summary>The most bytes of history that all threads keep together, but for two threads, which are always taken.</summary>
    private const long MostHistory = 96L << 20;

    private const int PieceSize = 1 << 20;

    private readonly FileStream _file;
    private readonly IPlacedSink _sink;
    private readonly IReadOnlyList<XzBlock> _blocks;
    private readonly byte[]?[] _digests;
    private readonly bool _isHashed;
    private readonly Action<long>? _progress;
    private readonly CancellationTokenSource _stop;
    private readonly Lock _gate = new();
    private IReadOnlyList<byte[]>? _hashed;
    private int _next = -1;
    private long _done;
    private int _failedBlock = int.MaxValue;
    private Exception? _failure;

    private ParallelXz(FileStream file, IPlacedSink sink, IReadOnlyList<XzBlock> blocks, Bzip2Options options, CancellationTokenSource stop)
    {
        (_file, _sink, _blocks, _stop) = (file, sink, blocks, stop);
        _progress = options.Progress;
        _isHashed = options.Hash is not null;
        _digests = new byte[]?[blocks.Count];
    }

    /// <summary>Decodes a file, if it has several blocks that say their sizes.</summary>
    /// <param name="file">The file, at its beginning, where it is left if it cannot be decoded in this way.</param>
    /// <param name="sink">Takes the data.</param>
    /// <param name="options">Threads, hash, progress.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The length of the data; null for a file that has to be decoded from beginning to end.</returns>
    /// <exception cref="CorruptImageException">The data is damaged, or the file was changed meanwhile.</exception>
    public static long? TryDecode(FileStream file, IPlacedSink sink, Bzip2Options options, CancellationToken cancellationToken)
    {
        var threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        if (threads < 2 || Find(file) is not { Count: > 1 } blocks)
        {
            file.Position = 0;
            return null;
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var decode = new ParallelXz(file, sink, blocks, options, stop);
        var history = blocks.Max(block => block.Header.HistorySize);
        decode.Run((int)Math.Clamp(MostHistory / history, 2, Math.Min(threads, blocks.Count)), options.Hash);
        cancellationToken.ThrowIfCancellationRequested();
        var length = blocks[^1].Offset + blocks[^1].Size;
        sink.EndAt(length);
        return length;
    }

    private static IReadOnlyList<XzBlock>? Find(FileStream file)
    {
        try
        {
            return XzStream.FindBlocks(file, MostBlocks);
        }
        catch (XenKubeException)
        {
            // Where the file is damaged, decoding it from its beginning says.
            return null;
        }
    }

    private void Run(int threads, IncrementalHash? hash)
    {
        var workers = Enumerable.Range(0, threads - (hash is null ? 1 : 0)).Select(number => new Thread(Work)
            { IsBackground = true, Name = FormattableString.Invariant($"xz {number}") }).ToList();
        workers.ForEach(worker => worker.Start());
        if (hash is null)
        {
            Work();
        }
        else
        {
            Guard(int.MaxValue - 1, () => Hash(hash));
        }
        workers.ForEach(worker => worker.Join());
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
        if (_hashed is not null && !_stop.IsCancellationRequested
            && !_digests.Zip(_hashed, (decoded, hashed) => hashed.AsSpan().SequenceEqual(decoded)).All(isSame => isSame))
        {
            throw Changed();
        }
    }

    private void Work()
    {
        while (!_stop.IsCancellationRequested && Interlocked.Increment(ref _next) is var number && number < _blocks.Count)
        {
            Guard(number, () => Decode(number));
        }
    }

    // The fault of the first block counts, as for one who reads from the beginning: those before it are finished.
    private void Guard(int number, Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // Whatever ends a thread ends the decoding, and is thrown again by Run.
        catch (Exception e)
#pragma warning restore CA1031
        {
            lock (_gate)
            {
                if (number < _failedBlock)
                {
                    (_failedBlock, _failure) = (number, e);
                }
            }
            _stop.Cancel();
        }
    }

    private void Decode(int number)
    {
        var block = _blocks[number];
        var blockStart = block.Start - block.Header.Size;
        using var digest = _isHashed ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        var input = new CompressedInput(new BlockData(_file, block, digest), "xz", block.Start);
        using var check = XzCheck.Create(block.CheckId) ?? throw input.Unsupported("check");
        using var data = XzStream.OpenBlock(block.Header, input, block.Size);
        var buffer = new byte[(int)Math.Min(PieceSize, Math.Max(1, block.Size))];
        long size = 0, reported = block.Start;
        for (int count; (count = data.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; size += count)
        {
            if (number > Volatile.Read(ref _failedBlock) || (_failure is null && _stop.IsCancellationRequested))
            {
                return;
            }
            var piece = buffer.AsSpan(0, count);
            if (count > block.Size - size)
            {
                break;
            }
            check.Append(piece);
            _sink.WriteAt(block.Offset + size, piece);
            Report(input.Position - reported);
            reported = input.Position;
        }
        if (size != block.Size || !input.IsAtEnd || input.Position != block.Start + block.CompressedSize)
        {
            throw input.DamagedAt("block", blockStart, "the block does not have the sizes that its header says");
        }
        if (!check.Ends(Convert.FromHexString(block.Check)))
        {
            throw input.DamagedAt("block", blockStart, "the check of the data is wrong");
        }
        _digests[number] = digest?.GetHashAndReset();
    }

    private void Report(long count)
    {
        if (_progress is not null)
        {
            lock (_gate)
            {
                _progress(_done += count);
            }
        }
    }

    // The whole file once more, for its hash; the blocks are found in these bytes too, and have to be the same.
    private void Hash(IncrementalHash hash)
    {
        _file.Position = 0;
        using var reading = new HashedBlocks(_file, hash, _blocks, _stop.Token);
        var found = XzStream.FindBlocks(reading, MostBlocks) ?? throw Changed();
        if (!found.SequenceEqual(_blocks))
        {
            throw Changed();
        }
        _hashed = reading.Digests;
    }

    private CorruptImageException Changed() => new(ErrorIds.ImageChanged, _file.Name, null, "the file was changed while it was read",
        "Verify the image again");
}
