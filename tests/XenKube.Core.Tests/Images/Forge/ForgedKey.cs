#pragma warning disable CA5350, CA5351 // the old algorithms are what is tested
using System.Buffers.Binary;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;

namespace XenKube.Tests.Images.Forge;

/// <summary>
/// Makes OpenPGP packets by hand, right ones and such as gpg would not make. Nothing of the code under test takes part in
/// it; that its good cases are good, gpg itself says.
/// </summary>
internal sealed class ForgedKey
{
    public const int Md5 = 1, Sha1 = 2, RipeMd160 = 3, Sha256 = 8, Sha384 = 9, Sha512 = 10, Sha224 = 11;

    private readonly RSA? _rsa;
    private readonly DSA? _dsa;
    private readonly ECDsa? _ecdsa;

    private ForgedKey(uint created, byte algorithm, byte[] material, RSA? rsa = null, DSA? dsa = null, ECDsa? ecdsa = null)
    {
        (Created, Algorithm, _rsa, _dsa, _ecdsa) = (created, algorithm, rsa, dsa, ecdsa);
        Body = [4, .. Bytes.Number32(created), algorithm, .. material];
    }

    public uint Created { get; }

    public byte Algorithm { get; }

    /// <summary>The body of the public key packet.</summary>
    public byte[] Body { get; }

    public byte[] Hashed => [0x99, (byte)(Body.Length >> 8), (byte)Body.Length, .. Body];

    public byte[] FingerprintBytes => SHA1.HashData(Hashed);

    public string Fingerprint => Convert.ToHexString(FingerprintBytes);

    public byte[] KeyId => FingerprintBytes[12..];

    public static ForgedKey Rsa(uint created, int bits = 2048, byte algorithm = 1)
    {
        var rsa = RSA.Create(bits);
        var parameters = rsa.ExportParameters(false);
        return new ForgedKey(created, algorithm, [.. Bytes.Integer(parameters.Modulus!), .. Bytes.Integer(parameters.Exponent!)], rsa: rsa);
    }

    public static ForgedKey Dsa(uint created)
    {
        var dsa = DSA.Create(2048);
        var p = dsa.ExportParameters(false);
        return new ForgedKey(created, 17, [.. Bytes.Integer(p.P!), .. Bytes.Integer(p.Q!), .. Bytes.Integer(p.G!), .. Bytes.Integer(p.Y!)], dsa: dsa);
    }

    public static ForgedKey P256(uint created)
    {
        var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var q = ecdsa.ExportParameters(false).Q;
        return new ForgedKey(created, 19, [8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, .. Bytes.Integer([4, .. q.X!, .. q.Y!])], ecdsa: ecdsa);
    }

    public static byte[] Digest(int hash, byte[] data)
    {
        switch (hash)
        {
            case Md5: return MD5.HashData(data);
            case Sha1: return SHA1.HashData(data);
            case Sha256: return SHA256.HashData(data);
            case Sha384: return SHA384.HashData(data);
            case Sha512: return SHA512.HashData(data);
        }
        Org.BouncyCastle.Crypto.IDigest digest = hash == Sha224 ? new Sha224Digest() : new RipeMD160Digest();
        digest.BlockUpdate(data, 0, data.Length);
        var result = new byte[digest.GetDigestSize()];
        digest.DoFinal(result, 0);
        return result;
    }

    /// <summary>The numbers of a signature, as they are in its packet.</summary>
    public byte[][] Sign(int hash, byte[] digest)
    {
        if (_dsa is not null)
        {
            return Split(_dsa.CreateSignature(digest));
        }
        if (_ecdsa is not null)
        {
            return Split(_ecdsa.SignHash(digest));
        }
        if (hash is not (Sha224 or RipeMd160))
        {
            return [_rsa!.SignHash(digest, hash switch { Md5 => HashAlgorithmName.MD5, Sha1 => HashAlgorithmName.SHA1, Sha256 => HashAlgorithmName.SHA256, Sha384 => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 }, RSASignaturePadding.Pkcs1)];
        }
        // .NET does not know these.
        byte[] info = hash == Sha224 ? [0x30, 0x2D, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04, 0x05, 0x00, 0x04, 0x1C]
            : [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x24, 0x03, 0x02, 0x01, 0x05, 0x00, 0x04, 0x14];
        var key = _rsa!.ExportParameters(true);
        byte[] padded = [0, 1, .. Enumerable.Repeat((byte)0xFF, key.Modulus!.Length - info.Length - digest.Length - 3), 0, .. info, .. digest];
        var number = System.Numerics.BigInteger.ModPow(Number(padded), Number(key.D!), Number(key.Modulus));
        return [number.ToByteArray(isUnsigned: true, isBigEndian: true)];
    }

    private static System.Numerics.BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[][] Split(byte[] both) => [both[..(both.Length / 2)], both[(both.Length / 2)..]];
}

internal static class Bytes
{
    public static byte[] Number32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Number16(int value) => [(byte)(value >> 8), (byte)value];

    /// <summary>A multiprecision integer.</summary>
    public static byte[] Integer(byte[] number)
    {
        var bytes = number.AsSpan().TrimStart((byte)0).ToArray();
        var bits = bytes.Length == 0 ? 0 : (bytes.Length * 8) - System.Numerics.BitOperations.LeadingZeroCount(bytes[0]) + 24;
        return [.. Number16(bits), .. bytes];
    }

    /// <summary>A packet with the shortest old header, or another form: 0x100 for a new one plus octets of its length, else octets of the old length.</summary>
    public static byte[] Packet(int tag, byte[] body, int form = 0)
    {
        form = form != 0 ? form : tag > 15 ? 0x105 : body.Length < 256 ? 1 : body.Length < 65536 ? 2 : 4;
        byte[] header = form switch
        {
            1 => [(byte)(0x80 | (tag << 2)), (byte)body.Length],
            2 => [(byte)(0x81 | (tag << 2)), .. Number16(body.Length)],
            4 => [(byte)(0x82 | (tag << 2)), .. Number32((uint)body.Length)],
            3 => [(byte)(0x83 | (tag << 2))],
            0x101 => [(byte)(0xC0 | tag), (byte)body.Length],
            0x102 => [(byte)(0xC0 | tag), (byte)(((body.Length - 192) >> 8) + 192), (byte)(body.Length - 192)],
            _ => [(byte)(0xC0 | tag), 0xFF, .. Number32((uint)body.Length)],
        };
        return [.. header, .. body];
    }

    /// <summary>A subpacket; the width is 1, 2 or 5 octets of length.</summary>
    public static byte[] Sub(int type, byte[] body, bool isCritical = false, int width = 1)
    {
        var length = body.Length + 1;
        width = width == 1 && length >= 192 ? 5 : width;
        byte[] head = width switch { 1 => [(byte)length], 2 => [(byte)(((length - 192) >> 8) + 192), (byte)(length - 192)], _ => [0xFF, .. Number32((uint)length)] };
        return [.. head, (byte)(type | (isCritical ? 0x80 : 0)), .. body];
    }
}
