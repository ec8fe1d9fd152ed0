using System.Buffers.Binary;
using System.Security.Cryptography;
using XenKube.Checksums;

namespace XenKube.Compression.Xz;

/// <summary>The check of a block's data (xz file format 1.1.0, section 3.4): none, CRC-32, CRC-64 or SHA-256.</summary>
internal sealed class XzCheck : IDisposable
{
    private const int Crc32Id = 1;
    private const int Crc64Id = 4;
    private const int Sha256Id = 10;

    private readonly int _id;
    private readonly IncrementalHash? _sha256;
    private uint _crc32 = Crc32.Start;
    private ulong _crc64 = Crc64.Start;

    private XzCheck(int id, int size)
    {
        _id = id;
        Size = size;
        _sha256 = id == Sha256Id ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    /// <summary>Bytes that the check takes in the file.</summary>
    public int Size { get; }

    /// <summary>Makes the check of an id; null for an id that the format reserves.</summary>
    public static XzCheck? Create(int id) => id switch
    {
        0 => new XzCheck(id, 0),
        Crc32Id => new XzCheck(id, 4),
        Crc64Id => new XzCheck(id, 8),
        Sha256Id => new XzCheck(id, 32),
        _ => null,
    };

    /// <summary>Appends data of the block.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        switch (_id)
        {
            case Crc32Id:
                _crc32 = Crc32.Append(_crc32, data);
                break;
            case Crc64Id:
                _crc64 = Crc64.Append(_crc64, data);
                break;
            default:
                _sha256?.AppendData(data);
                break;
        }
    }

    /// <summary>Whether the data is what the check of the file says; the next block begins afterwards.</summary>
    public bool Ends(ReadOnlySpan<byte> check)
    {
        var isRight = _id switch
        {
            Crc32Id => BinaryPrimitives.ReadUInt32LittleEndian(check) == ~_crc32,
            Crc64Id => BinaryPrimitives.ReadUInt64LittleEndian(check) == ~_crc64,
            Sha256Id => check.SequenceEqual(_sha256!.GetHashAndReset()),
            _ => true,
        };
        _crc32 = Crc32.Start;
        _crc64 = Crc64.Start;
        return isRight;
    }

    /// <inheritdoc/>
    public void Dispose() => _sha256?.Dispose();
}
