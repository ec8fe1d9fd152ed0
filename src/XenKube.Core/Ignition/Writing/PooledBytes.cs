using System.Buffers;

namespace XenKube.Ignition.Writing;

/// <summary>
/// Bytes that are written one after another into a buffer of the shared pool. Configs hold secrets: the buffer goes back empty.
/// </summary>
internal sealed class PooledBytes : IDisposable
{
    private const int Usual = 4096;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(Usual);
    private int length;

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    /// <summary>Room for the next bytes.</summary>
    /// <param name="size">How many there are at most.</param>
    public Span<byte> GetSpan(int size)
    {
        if (buffer.Length - length < size)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(length + size), (int)Math.Min(2L * length, Array.MaxLength)));
            Written.CopyTo(larger);
            Return();
            buffer = larger;
        }
        return buffer.AsSpan(length);
    }

    /// <summary>Counts bytes as written.</summary>
    public void Advance(int count) => length += count;

    /// <inheritdoc/>
    public void Dispose()
    {
        Return();
        (buffer, length) = ([], 0);
    }

    private void Return()
    {
        if (buffer.Length > 0)
        {
            buffer.AsSpan(0, length).Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
