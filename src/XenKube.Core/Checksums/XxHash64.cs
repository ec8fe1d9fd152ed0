using System.Buffers.Binary;
using System.Numerics;

namespace XenKube.Checksums;

/// <summary>XXH64 with seed 0, whose lower half ends a frame of zstd (the xxHash specification, section "XXH64 algorithm").</summary>
internal sealed class XxHash64
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;
    private const int StripeSize = 32;

    private readonly byte[] _rest = new byte[StripeSize];
    private int _restCount;
    private ulong _total;
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public XxHash64() => Reset();

    /// <summary>The hash of all bytes so far.</summary>
    public ulong Value
    {
        get
        {
            var hash = _total < StripeSize ? Prime5 : Merge(Merge(Merge(Merge(
                BitOperations.RotateLeft(_a, 1) + BitOperations.RotateLeft(_b, 7) + BitOperations.RotateLeft(_c, 12)
                    + BitOperations.RotateLeft(_d, 18),
                _a), _b), _c), _d);
            hash += _total;
            ReadOnlySpan<byte> rest = _rest.AsSpan(0, _restCount);
            for (; rest.Length >= 8; rest = rest[8..])
            {
                hash = (BitOperations.RotateLeft(hash ^ Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest)), 27) * Prime1) + Prime4;
            }
            if (rest.Length >= 4)
            {
                hash = (BitOperations.RotateLeft(hash ^ (BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime1), 23) * Prime2) + Prime3;
                rest = rest[4..];
            }
            foreach (var value in rest)
            {
                hash = BitOperations.RotateLeft(hash ^ (value * Prime5), 11) * Prime1;
            }
            hash = (hash ^ (hash >> 33)) * Prime2;
            hash = (hash ^ (hash >> 29)) * Prime3;
            return hash ^ (hash >> 32);
        }
    }

    /// <summary>Begins again.</summary>
    public void Reset()
    {
        _a = unchecked(Prime1 + Prime2);
        _b = Prime2;
        _c = 0;
        _d = unchecked(0 - Prime1);
        _restCount = 0;
        _total = 0;
    }

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _total += (ulong)bytes.Length;
        if (_restCount > 0)
        {
            var count = Math.Min(StripeSize - _restCount, bytes.Length);
            bytes[..count].CopyTo(_rest.AsSpan(_restCount));
            _restCount += count;
            bytes = bytes[count..];
            if (_restCount < StripeSize)
            {
                return;
            }
            Stripe(_rest);
            _restCount = 0;
        }
        for (; bytes.Length >= StripeSize; bytes = bytes[StripeSize..])
        {
            Stripe(bytes);
        }
        bytes.CopyTo(_rest);
        _restCount = bytes.Length;
    }

    private void Stripe(ReadOnlySpan<byte> bytes)
    {
        _a = Round(_a, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        _b = Round(_b, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
        _c = Round(_c, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
        _d = Round(_d, BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
    }

    private static ulong Round(ulong lane, ulong value) => BitOperations.RotateLeft(lane + (value * Prime2), 31) * Prime1;

    private static ulong Merge(ulong hash, ulong lane) => ((hash ^ Round(0, lane)) * Prime1) + Prime4;
}
