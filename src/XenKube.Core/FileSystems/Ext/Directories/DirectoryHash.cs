using System.Buffers.Binary;
using System.Numerics;

namespace XenKube.FileSystems.Ext.Directories;

/// <summary>The hashes that directory indexes are ordered by.</summary>
internal static class DirectoryHash
{
    public const byte Legacy = 0;
    public const byte HalfMd4 = 1;
    public const byte Tea = 2;

    private const uint LastHash = 0x7FFFFFFF;

    /// <summary>The hash of a name; its lowest bit is always clear.</summary>
    /// <param name="version">hash_version of the index: legacy, half MD4 or TEA.</param>
    /// <param name="isUnsigned">Whether bytes from 0x80 on are taken as positive (s_flags of the superblock).</param>
    /// <param name="seed">s_hash_seed.</param>
    /// <param name="name">The name.</param>
    /// <returns>The hash, or null for a version that is not known.</returns>
    public static uint? Of(byte version, bool isUnsigned, ReadOnlySpan<byte> seed, ReadOnlySpan<byte> name)
    {
        uint hash;
        switch (version)
        {
            case Legacy:
                hash = OfLegacy(name, isUnsigned);
                break;
            case HalfMd4:
                Span<uint> md4 = stackalloc uint[4];
                Span<uint> eight = stackalloc uint[8];
                Start(md4, seed);
                for (; name.Length > 0; name = name[Math.Min(32, name.Length)..])
                {
                    Pack(name, eight, isUnsigned);
                    MixHalfMd4(md4, eight);
                }
                hash = md4[1];
                break;
            case Tea:
                Span<uint> tea = stackalloc uint[4];
                Span<uint> four = stackalloc uint[4];
                Start(tea, seed);
                for (; name.Length > 0; name = name[Math.Min(16, name.Length)..])
                {
                    Pack(name, four, isUnsigned);
                    MixTea(tea, four);
                }
                hash = tea[0];
                break;
            default:
                return null;
        }
        hash &= ~1u;
        return hash == LastHash << 1 ? (LastHash - 1) << 1 : hash;
    }

    private static void Start(Span<uint> state, ReadOnlySpan<byte> seed)
    {
        ReadOnlySpan<uint> standard = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476];
        standard.CopyTo(state);
        if (seed.IndexOfAnyExcept((byte)0) >= 0)
        {
            for (var i = 0; i < 4; i++)
            {
                state[i] = BinaryPrimitives.ReadUInt32LittleEndian(seed[(i * 4)..]);
            }
        }
    }

    private static uint OfLegacy(ReadOnlySpan<byte> name, bool isUnsigned)
    {
        var (hash0, hash1) = (0x12A3FE2Du, 0x37ABE8F9u);
        foreach (var c in name)
        {
            var hash = hash1 + (hash0 ^ (uint)((isUnsigned ? c : (sbyte)c) * 7152373));
            if ((hash & 0x80000000) != 0)
            {
                hash -= 0x7FFFFFFF;
            }
            (hash1, hash0) = (hash0, hash);
        }
        return hash0 << 1;
    }

    // Packs a piece of the name into words, the rest filled with its length.
    private static void Pack(ReadOnlySpan<byte> name, Span<uint> words, bool isUnsigned)
    {
        var pad = (uint)name.Length | (uint)name.Length << 8;
        pad |= pad << 16;
        words.Fill(pad);
        var length = Math.Min(name.Length, words.Length * 4);
        var value = pad;
        for (var i = 0; i < length; i++)
        {
            value = (uint)(isUnsigned ? name[i] : (int)(sbyte)name[i]) + (value << 8);
            if (i % 4 == 3 || i == length - 1)
            {
                words[i / 4] = value;
                value = pad;
            }
        }
    }

    private static void MixHalfMd4(Span<uint> state, ReadOnlySpan<uint> input)
    {
        const uint second = 0x5A827999;
        const uint third = 0x6ED9EBA1;
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        for (var i = 0; i < 8; i += 4)
        {
            a = BitOperations.RotateLeft(a + (d ^ (b & (c ^ d))) + input[i], 3);
            d = BitOperations.RotateLeft(d + (c ^ (a & (b ^ c))) + input[i + 1], 7);
            c = BitOperations.RotateLeft(c + (b ^ (d & (a ^ b))) + input[i + 2], 11);
            b = BitOperations.RotateLeft(b + (a ^ (c & (d ^ a))) + input[i + 3], 19);
        }
        for (var i = 1; i >= 0; i--)
        {
            a = BitOperations.RotateLeft(a + (b & c) + ((b ^ c) & d) + input[i] + second, 3);
            d = BitOperations.RotateLeft(d + (a & b) + ((a ^ b) & c) + input[i + 2] + second, 5);
            c = BitOperations.RotateLeft(c + (d & a) + ((d ^ a) & b) + input[i + 4] + second, 9);
            b = BitOperations.RotateLeft(b + (c & d) + ((c ^ d) & a) + input[i + 6] + second, 13);
        }
        ReadOnlySpan<int> order = [3, 7, 2, 6, 1, 5, 0, 4];
        for (var i = 0; i < 8; i += 4)
        {
            a = BitOperations.RotateLeft(a + (b ^ c ^ d) + input[order[i]] + third, 3);
            d = BitOperations.RotateLeft(d + (a ^ b ^ c) + input[order[i + 1]] + third, 9);
            c = BitOperations.RotateLeft(c + (d ^ a ^ b) + input[order[i + 2]] + third, 11);
            b = BitOperations.RotateLeft(b + (c ^ d ^ a) + input[order[i + 3]] + third, 15);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }

    private static void MixTea(Span<uint> state, ReadOnlySpan<uint> input)
    {
        var (x, y) = (state[0], state[1]);
        var sum = 0u;
        for (var i = 0; i < 16; i++)
        {
            sum += 0x9E3779B9;
            x += ((y << 4) + input[0]) ^ (y + sum) ^ ((y >> 5) + input[1]);
            y += ((x << 4) + input[2]) ^ (x + sum) ^ ((x >> 5) + input[3]);
        }
        state[0] += x;
        state[1] += y;
    }
}
