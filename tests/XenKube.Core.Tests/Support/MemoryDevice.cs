using XenKube.Devices;

namespace XenKube.Tests.Support;

/// <summary>A device in memory, for small images.</summary>
internal sealed class MemoryDevice : BlockDevice
{
    private readonly byte[] _bytes;

    /// <summary>Wraps the given bytes; writes change them in place.</summary>
    /// <param name="bytes">The content of the device.</param>
    /// <param name="name">What errors call it.</param>
    public MemoryDevice(byte[] bytes, string name = "memory")
    {
        ArgumentNullException.ThrowIfNull(bytes);
        _bytes = bytes;
        Name = name;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override long Length => _bytes.Length;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> buffer)
    {
        CheckRange(offset, buffer.Length);
        _bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
    }

    /// <inheritdoc/>
    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        CheckRange(offset, bytes.Length);
        bytes.CopyTo(_bytes.AsSpan((int)offset));
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }
}
