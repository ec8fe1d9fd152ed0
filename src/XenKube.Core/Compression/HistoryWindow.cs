namespace XenKube.Compression;

/// <summary>
/// The data that was decoded last: matches copy from it, the reader takes from it. It is one array that grows up to its limit;
/// at the limit the history that is still needed moves to the front.
/// </summary>
/// <remarks>An array and no ring, so that a copy never wraps around.</remarks>
/// <param name="maximum">The most bytes of history that the format may refer to.</param>
/// <param name="expected">The size of all data, where it is known; otherwise 0.</param>
internal sealed class HistoryWindow(long maximum, long expected = 0)
{
    private const int Smallest = 256 * 1024;

    private int _taken;

    /// <summary>The most bytes of history that the format may refer to.</summary>
    public long Maximum { get; } = maximum;

    /// <summary>The array; valid up to <see cref="End"/>. It may be another one after <see cref="Reserve"/>.</summary>
    public byte[] Buffer { get; private set; } = new byte[InitialSize(maximum, expected)];

    /// <summary>Where the next decoded byte goes.</summary>
    public int End { get; set; }

    /// <summary>Decoded bytes that were not taken yet.</summary>
    public int Pending => End - _taken;

    /// <summary>
    /// Makes room for the given number of bytes after <see cref="End"/>. All decoded bytes must have been taken.
    /// </summary>
    public void Reserve(int room)
    {
        if (Buffer.Length - End >= room)
        {
            return;
        }
        var most = Capacity(Maximum, room);
        if (Buffer.Length < most)
        {
            var larger = new byte[Math.Min(most, Math.Max(Buffer.Length * 2L, (long)End + room))];
            Buffer.AsSpan(0, End).CopyTo(larger);
            Buffer = larger;
            if (Buffer.Length - End >= room)
            {
                return;
            }
        }
        var keep = (int)Math.Min(End, Maximum);
        Buffer.AsSpan(End - keep, keep).CopyTo(Buffer);
        End = keep;
        _taken = keep;
    }

    /// <summary>Forgets all history, as a format says at the beginning of a frame or by a reset.</summary>
    public void Clear()
    {
        End = 0;
        _taken = 0;
    }

    /// <summary>Takes decoded bytes.</summary>
    public int Take(Span<byte> bytes)
    {
        var count = Math.Min(bytes.Length, Pending);
        Buffer.AsSpan(_taken, count).CopyTo(bytes);
        _taken += count;
        return count;
    }

    private static long InitialSize(long maximum, long expected) =>
        Math.Min(Capacity(maximum, Smallest), expected > 0 ? Math.Min(expected, long.MaxValue - Smallest) + Smallest : 1 << 20);

    // Twice the history: each byte is moved at most once for each byte that is decoded. Large windows get less, to save memory.
    private static long Capacity(long maximum, int room) => maximum + room + Math.Min(maximum, 32 << 20);
}
