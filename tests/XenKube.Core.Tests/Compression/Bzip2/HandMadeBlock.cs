using System.Numerics;
using XenKube.Compression.Bzip2;

namespace XenKube.Tests.Compression.Bzip2;

/// <summary>
/// A block put together symbol by symbol, as no encoder would do it, with its content found by the plainest decoder there
/// can be (for the CRC; that both are right is for the real bzip2 to say).
/// </summary>
internal sealed class HandMadeBlock
{
    /// <summary>All symbols but the end of the block: 0 and 1 are the digits of runs, others are rank + 1.</summary>
    public required int[] Symbols { get; init; }

    /// <summary>The bytes in use.</summary>
    public required byte[] Alphabet { get; init; }

    public int Origin { get; init; }

    public bool Randomised { get; init; }

    /// <summary>Added to the right number of selectors.</summary>
    public int MoreSelectors { get; init; }

    /// <summary>The code's lengths; by default, all codes are of one length.</summary>
    public int[]? Lengths { get; init; }

    /// <summary>The content to compute the CRC of, where the block is one that cannot be decoded.</summary>
    public byte[]? Content { get; init; }

    /// <summary>Added to the right CRC.</summary>
    public uint CrcError { get; init; }

    /// <summary>A file with one stream of such blocks.</summary>
    public static byte[] File(int level, params HandMadeBlock[] blocks)
    {
        var bits = new BitWriter();
        bits.Write(0x425A68, 24).Write((uint)('0' + level), 8);
        uint stream = 0;
        foreach (var block in blocks)
        {
            stream = BitOperations.RotateLeft(stream, 1) ^ block.Write(bits);
        }
        bits.Write(0x177245385090, 48).Write(stream, 32);
        return bits.ToArray();
    }

    /// <summary>The content, in the plainest way.</summary>
    public byte[] Decode()
    {
        var column = Column();
        var next = new int[column.Count];
        var rows = Enumerable.Range(0, column.Count).OrderBy(i => column[i]).ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            next[i] = rows[i];
        }
        var block = new byte[column.Count];
        for (int i = 0, row = next[Origin]; i < block.Length; i++, row = next[row])
        {
            block[i] = column[row];
        }
        if (Randomised)
        {
            Bzip2Randomisation.Undo(block);
        }
        var content = new List<byte>();
        var equal = 0;
        for (var i = 0; i < block.Length; i++)
        {
            if (equal == 4)
            {
                content.AddRange(Enumerable.Repeat(content[^1], block[i]));
                equal = 0;
                continue;
            }
            equal = equal > 0 && content[^1] == block[i] ? equal + 1 : 1;
            content.Add(block[i]);
        }
        return [.. content];
    }

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFF;
        foreach (var value in bytes)
        {
            crc ^= (uint)value << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc << 1) ^ ((crc & 0x80000000) != 0 ? 0x04C11DB7u : 0);
            }
        }
        return ~crc;
    }

    private List<byte> Column()
    {
        var recent = Alphabet.ToList();
        var column = new List<byte>();
        var power = 0;
        foreach (var symbol in Symbols)
        {
            if (symbol <= 1)
            {
                column.AddRange(Enumerable.Repeat(recent[0], (symbol + 1) << power++));
                continue;
            }
            power = 0;
            var value = recent[symbol - 1];
            recent.RemoveAt(symbol - 1);
            recent.Insert(0, value);
            column.Add(value);
        }
        return column;
    }

    private uint Write(BitWriter bits)
    {
        var crc = Crc(Content ?? Decode()) + CrcError;
        bits.Write(0x314159265359, 48).Write(crc, 32).Write(Randomised ? 1u : 0, 1).Write((uint)Origin, 24);
        for (var group = 0; group < 16; group++)
        {
            bits.Write(Alphabet.Any(value => value / 16 == group) ? 1u : 0, 1);
        }
        for (var group = 0; group < 16; group++)
        {
            if (Alphabet.Any(value => value / 16 == group))
            {
                for (var k = 0; k < 16; k++)
                {
                    bits.Write(Alphabet.Contains((byte)((group * 16) + k)) ? 1u : 0, 1);
                }
            }
        }
        var selectors = ((Symbols.Length + 1 + 49) / 50) + MoreSelectors;
        bits.Write(2, 3).Write((uint)selectors, 15).Write(0, selectors);
        var symbols = Alphabet.Length + 2;
        var lengths = Lengths ?? [.. Enumerable.Repeat(BitOperations.Log2((uint)symbols - 1) + 1, symbols)];
        for (var table = 0; table < 2; table++)
        {
            var length = lengths[0];
            bits.Write((uint)length, 5);
            foreach (var wanted in lengths)
            {
                for (; length < wanted; length++)
                {
                    bits.Write(0b10, 2);
                }
                for (; length > wanted; length--)
                {
                    bits.Write(0b11, 2);
                }
                bits.Write(0, 1);
            }
        }
        var codes = Codes(lengths);
        foreach (var symbol in Symbols.Append(symbols - 1))
        {
            bits.Write(codes[symbol], lengths[symbol]);
        }
        return crc;
    }

    private static ulong[] Codes(int[] lengths)
    {
        var codes = new ulong[lengths.Length];
        ulong code = 0;
        for (var length = 1; length <= 20; length++, code <<= 1)
        {
            for (var symbol = 0; symbol < lengths.Length; symbol++)
            {
                if (lengths[symbol] == length)
                {
                    codes[symbol] = code++;
                }
            }
        }
        return codes;
    }
}
