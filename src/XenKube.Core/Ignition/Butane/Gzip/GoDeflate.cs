using System.Numerics;

namespace XenKube.Ignition.Butane.Gzip;

/// <summary>
/// Deflate with the choices of Go's compress/flate at level 9: hash chains over four bytes, matches put off by one byte if the
/// next one is longer, and a window of 64 KiB that moves on by half. The window is only a number here, since all data is at
/// hand; it decides how far back a match may reach.
/// </summary>
/// <remarks>Held against compress/flate of Go 1.19.</remarks>
internal sealed class GoDeflate(byte[] data, BitWriter bits)
{
    private const int Window = 1 << 15;
    private const int ShortestMatch = 4;
    private const int LongestMatch = 258;
    private const int LongestChain = 4096;

    private readonly DeflateBlock block = new(bits);
    private readonly int hashBits = HashBitsFor(data.Length);
    private readonly int[] heads = new int[1 << HashBitsFor(data.Length)];
    private readonly int[] previous = new int[Math.Min(Window, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(data.Length, 1)))];
    private int windowStart;
    private int blockStart;
    private bool isBlockStartGone;

    /// <summary>
    /// Go has 17 bits. Where no chain can be longer than what is looked at, strangers in it change nothing, and a small table does.
    /// </summary>
    private static int HashBitsFor(int length) =>
        length > LongestChain ? 17 : Math.Max(8, BitOperations.Log2((uint)Math.Max(length, 1)) + 1);

    /// <summary>Writes all of the data, ended by an empty last block.</summary>
    public void Run()
    {
        int matchLength = ShortestMatch - 1, matchDistance = 0;
        var isBytePending = false;
        var index = 0;
        while (index < data.Length)
        {
            MoveWindow(index);
            var candidate = Insert(index);
            var (lastLength, lastDistance) = (matchLength, matchDistance);
            (matchLength, matchDistance) = (ShortestMatch - 1, 0);
            var lookahead = data.Length - index;
            if (candidate >= Math.Max(windowStart, index - Window) && lookahead > lastLength && lastLength < LongestMatch)
            {
                (matchLength, matchDistance) = FindMatch(index, candidate, Math.Min(lookahead, LongestMatch));
            }
            if (lastLength >= ShortestMatch && matchLength <= lastLength)
            {
                // The match that began one byte earlier is no worse.
                block.AddMatch(lastLength, lastDistance);
                var end = index + lastLength - 1;
                for (index++; index < end; index++)
                {
                    Insert(index);
                }
                isBytePending = false;
                matchLength = ShortestMatch - 1;
                WriteBlockIfFull(index);
                continue;
            }
            if (isBytePending)
            {
                block.AddLiteral(data[index - 1]);
                WriteBlockIfFull(index);
            }
            index++;
            isBytePending = true;
        }
        if (isBytePending)
        {
            block.AddLiteral(data[index - 1]);
        }
        if (block.Count > 0)
        {
            WriteBlock(index);
        }
        DeflateBlock.WriteStored(bits, [], isLast: true);
    }

    /// <summary>
    /// The window moves on when too little lies ahead in it for the longest match, as long as there is data that it does not hold.
    /// </summary>
    private void MoveWindow(int index)
    {
        while (windowStart + (2 * Window) < data.Length && windowStart + (2 * Window) - index < ShortestMatch + LongestMatch)
        {
            isBlockStartGone |= blockStart < windowStart + Window;
            windowStart += Window;
        }
    }

    /// <summary>Puts a place into its chain and returns the one before it, or -1.</summary>
    private int Insert(int index)
    {
        if (index + ShortestMatch > data.Length)
        {
            return -1;
        }
        var word = ((uint)data[index] << 24) | ((uint)data[index + 1] << 16) | ((uint)data[index + 2] << 8) | data[index + 3];
        ref var head = ref heads[(word * 0x1e35a7bd) >> (32 - hashBits)];
        var before = head - 1;
        previous[index & (previous.Length - 1)] = head;
        head = index + 1;
        return before;
    }

    private (int Length, int Distance) FindMatch(int index, int candidate, int longest)
    {
        var length = ShortestMatch - 1;
        var distance = 0;
        var earliest = Math.Max(windowStart, index - Window);
        for (var tries = LongestChain; tries > 0; tries--)
        {
            if (data[candidate + length] == data[index + length])
            {
                var common = data.AsSpan(candidate, longest).CommonPrefixLength(data.AsSpan(index, longest));
                if (common > length && (common > ShortestMatch || index - candidate <= 4096))
                {
                    (length, distance) = (common, index - candidate);
                    if (common == longest)
                    {
                        break;
                    }
                }
            }
            if (candidate == index - Window)
            {
                // Its link has been overwritten.
                break;
            }
            candidate = previous[candidate & (previous.Length - 1)] - 1;
            if (candidate < earliest)
            {
                break;
            }
        }
        return (length, distance);
    }

    private void WriteBlockIfFull(int end)
    {
        if (block.Count == DeflateBlock.MostTokens)
        {
            WriteBlock(end);
        }
    }

    private void WriteBlock(int end)
    {
        block.Write(isBlockStartGone ? [] : data.AsSpan(blockStart, end - blockStart));
        blockStart = end;
        isBlockStartGone = false;
    }
}
