using System.Runtime.ExceptionServices;

namespace XenKube.Compression.Bzip2;

/// <summary>
/// One file being decoded by several workers. Each takes the next place where a block may begin and decodes it; the worker that
/// finds that the block expected next is ready hands it to the sink, while the others go on.
/// </summary>
internal sealed class ParallelDecode : IDisposable
{
    // Compressed bytes that are searched beyond the expected block, for each worker: room for two large blocks.
    private const long LookAhead = 2 * 1024 * 1024;

    private readonly object _gate = new();
    private readonly CompressedWindow _window;
    private readonly StreamFraming _framing;
    private readonly IBzip2Sink _sink;
    private readonly Action<long>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly int _threads;
    private readonly Slot[] _slots;
    private ExceptionDispatchInfo? _failure;
    private bool _ended;
    private bool _committing;
    private bool _positioned;
    private long _length;

    public ParallelDecode(CompressedWindow window, IBzip2Sink sink, Bzip2Options options, CancellationToken cancellationToken)
    {
        _window = window;
        _framing = new StreamFraming(window);
        _sink = sink;
        _progress = options.Progress;
        _cancellationToken = cancellationToken;
        _threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        _slots = new Slot[(2 * _threads) + 1];
        for (var k = 0; k < _slots.Length; k++)
        {
            _slots[k] = new Slot();
        }
    }

    private enum SlotState
    {
        Free,
        Decoding,
        Ready,
    }

    /// <summary>Decodes all of the file.</summary>
    public long Run()
    {
        using var cancellation = _cancellationToken.Register(Wake);
        var threads = new Thread[_threads - 1];
        for (var k = 0; k < threads.Length; k++)
        {
            threads[k] = new Thread(Work) { IsBackground = true, Name = "bzip2 " + (k + 1) };
            threads[k].Start();
        }
        Work();
        foreach (var thread in threads)
        {
            thread.Join();
        }
        _failure?.Throw();
        return _length;
    }

    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.Dispose();
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private void Work()
    {
        try
        {
            using var decoder = new BlockDecoder(_window);
            while (Take() is { } slot)
            {
                decoder.Decode(slot.Start, slot.Block);
                lock (_gate)
                {
                    // A place before the expected block was not a block: it was inside one.
                    slot.State = slot.Start < _framing.Position ? SlotState.Free : SlotState.Ready;
                    Monitor.PulseAll(_gate);
                }
            }
        }
#pragma warning disable CA1031 // Whatever ends a worker ends the decoding, and is thrown again by Run.
        catch (Exception e)
#pragma warning restore CA1031
        {
            lock (_gate)
            {
                Fail(e);
            }
        }
    }

    // The first failure counts: it has to be noted before anybody else gets in, who would start from a half-moved position.
    private void Fail(Exception e)
    {
        _failure ??= ExceptionDispatchInfo.Capture(e);
        Monitor.PulseAll(_gate);
    }

    // The next place to decode; on the way, blocks that are ready go to the sink. Null when all is done.
    private Slot? Take()
    {
        lock (_gate)
        {
            try
            {
                while (_failure is null)
                {
                    _cancellationToken.ThrowIfCancellationRequested();
                    if (!_committing && CommitReady())
                    {
                        continue;
                    }
                    if (_ended)
                    {
                        return null;
                    }
                    if (Array.Find(_slots, s => s.State == SlotState.Free) is { } free && TryFind(out var start))
                    {
                        free.State = SlotState.Decoding;
                        free.Start = start;
                        return free;
                    }
                    if (!_committing && !Array.Exists(_slots, s => s.State == SlotState.Decoding))
                    {
                        throw new InvalidOperationException("the expected block was not found where it is");
                    }
                    Monitor.Wait(_gate);
                }
            }
#pragma warning disable CA1031 // As in Work.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Fail(e);
            }
            return null;
        }
    }

    // Hands the expected block to the sink, if it is ready.
    private bool CommitReady()
    {
        if (!_positioned)
        {
            Advance();
        }
        if (_ended || Array.Find(_slots, s => s.State == SlotState.Ready && s.Start == _framing.Position) is not { } ready)
        {
            return false;
        }
        Commit(ready);
        return true;
    }

    private bool TryFind(out long start)
    {
        var limit = (_framing.Position / 8) + (LookAhead * (_threads + 1));
        while (_window.TryFind(limit, out start))
        {
            if (start >= _framing.Position)
            {
                return true;
            }
        }
        return false;
    }

    // Moves to the block that is expected next, and forgets what was tried before it.
    private void Advance()
    {
        _ended = !_framing.MoveToBlock();
        _positioned = true;
        var needed = _framing.Position;
        foreach (var slot in _slots)
        {
            if (slot.State == SlotState.Ready && slot.Start < _framing.Position)
            {
                slot.State = SlotState.Free;
            }
            if (slot.State == SlotState.Decoding)
            {
                needed = Math.Min(needed, slot.Start);
            }
        }
        _window.Release(needed / 8);
        _progress?.Invoke(_framing.Position / 8);
        Monitor.PulseAll(_gate);
    }

    // Hands the expected block to the sink; the others work on meanwhile.
    private void Commit(Slot slot)
    {
        _framing.Accept(slot.Block);
        _committing = true;
        Monitor.Exit(_gate);
        try
        {
            _length += slot.Block.CopyTo(_sink);
        }
        finally
        {
            Monitor.Enter(_gate);
            _committing = false;
            _positioned = false;
            slot.State = SlotState.Free;
            Monitor.PulseAll(_gate);
        }
    }

    private sealed class Slot : IDisposable
    {
        public DecodedBlock Block { get; } = new();

        public SlotState State { get; set; }

        public long Start { get; set; }

        public void Dispose() => Block.Dispose();
    }
}
