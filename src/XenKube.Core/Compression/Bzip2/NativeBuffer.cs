using System.Runtime.InteropServices;

namespace XenKube.Compression.Bzip2;

/// <summary>
/// Memory outside of the garbage collected heap, aligned to cache lines: tables of megabytes that live as long as their
/// decoder, which the collector would neither move nor scan for any good.
/// </summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const int Alignment = 64;

    private byte* _bytes;

    /// <summary>Allocates the memory; its content is undefined.</summary>
    /// <param name="length">Bytes that may be used.</param>
    public NativeBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _bytes = (byte*)NativeMemory.AlignedAlloc((nuint)length, Alignment);
        Length = length;
    }

    /// <summary>Releases what nobody disposed of.</summary>
    ~NativeBuffer() => Free();

    /// <summary>Bytes that may be used.</summary>
    public int Length { get; }

    /// <summary>The first byte; valid until <see cref="Dispose"/>, and only while this object is reachable.</summary>
    public byte* Pointer => _bytes;

    /// <summary>The memory as a span.</summary>
    public Span<byte> Span => new(_bytes, Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_bytes);
        _bytes = null;
    }
}
