using XenKube.Devices;
using XenKube.Disks;

namespace XenKube.Tests.Support;

/// <summary>A device in memory that notes every write and every flush, for rebuilding what a crash could have left.</summary>
internal sealed class RecordingDevice : BlockDevice
{
    private readonly byte[] _bytes;

    public RecordingDevice(byte[] initial)
    {
        Initial = initial;
        _bytes = (byte[])initial.Clone();
    }

    /// <summary>The content before the first write.</summary>
    public byte[] Initial { get; }

    /// <summary>The content now.</summary>
    public byte[] Current => _bytes;

    /// <summary>Writes and flushes in their order; a flush has no bytes.</summary>
    public List<RecordedWrite> Events { get; } = [];

    /// <summary>How many bytes were read.</summary>
    public long BytesRead { get; private set; }

    public override string Name => "recording";

    public override long Length => _bytes.Length;

    public override bool CanWrite => true;

    public override void Read(long offset, Span<byte> buffer)
    {
        CheckRange(offset, buffer.Length);
        BytesRead += buffer.Length;
        _bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        CheckRange(offset, bytes.Length);
        bytes.CopyTo(_bytes.AsSpan((int)offset));
        Events.Add(new RecordedWrite(offset, bytes.ToArray()));
    }

    public override void Flush() => Events.Add(new RecordedWrite(0, null));
}

/// <summary>A write, or a flush where there are no bytes.</summary>
internal readonly record struct RecordedWrite(long Offset, byte[]? Bytes)
{
    public bool IsFlush => Bytes is null;
}
