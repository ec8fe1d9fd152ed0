using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace XenKube.Parsing.OpenPgp;

/// <summary>A public key packet of version 4, primary or subkey, RFC 4880 section 5.5.2.</summary>
public sealed class OpenPgpPublicKey
{
    private OpenPgpPublicKey(OpenPgpPacket packet, uint created, OpenPgpKeyAlgorithm algorithm)
    {
        Packet = packet;
        Created = created;
        Algorithm = algorithm;
        Fingerprint = ComputeFingerprint(packet.Body.Span);
        KeyId = Convert.ToUInt64(Fingerprint[^16..], 16);
    }

    /// <summary>The packet as it was read.</summary>
    public OpenPgpPacket Packet { get; }

    /// <summary>When it was made, in seconds since 1970.</summary>
    public uint Created { get; }

    /// <summary>The algorithm; numbers that are not known occur.</summary>
    public OpenPgpKeyAlgorithm Algorithm { get; }

    /// <summary>40 upper-case hexadecimal digits.</summary>
    public string Fingerprint { get; }

    /// <summary>The last 64 bits of the fingerprint.</summary>
    public ulong KeyId { get; }

    /// <summary>The size of the key; 0 where it is not known.</summary>
    public int Bits { get; private set; }

    /// <summary>The algorithm with its size or curve as gpg calls it: <c>rsa4096</c>, <c>ed25519</c>, <c>nistp256</c>.</summary>
    public string Name { get; private set; } = "unknown";

    /// <summary>True if the kind of key can make signatures that are checked here.</summary>
    public bool CanVerify { get; private set; }

    internal OpenPgpCurve? Curve { get; private set; }

    internal IReadOnlyList<ReadOnlyMemory<byte>> Numbers { get; private set; } = [];

    /// <summary>Reads a key packet.</summary>
    /// <param name="packet">A packet with the tag of a public key or subkey.</param>
    /// <param name="key">The key; algorithms that are not known are kept with their fingerprint.</param>
    /// <returns>False for a version that is not known.</returns>
    /// <exception cref="OpenPgpFormatException">The packet is broken.</exception>
    public static bool TryRead(OpenPgpPacket packet, [NotNullWhen(true)] out OpenPgpPublicKey? key)
    {
        key = null;
        var reader = new OpenPgpFieldReader(packet.Body, packet.Offset);
        if (reader.ReadByte() != 4)
        {
            return false;
        }
        if (packet.Body.Length > 0xFFFF)
        {
            throw reader.Error("the key is too long to have a fingerprint");
        }
        var created = BinaryPrimitives.ReadUInt32BigEndian(reader.ReadBytes(4).Span);
        key = new OpenPgpPublicKey(packet, created, (OpenPgpKeyAlgorithm)reader.ReadByte());
        key.ReadMaterial(ref reader);
        return true;
    }

    /// <summary>Checks a signature's numbers against a digest.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="digest">The digest of the signed data and the signature's trailer.</param>
    public bool Verify(OpenPgpSignature signature, ReadOnlySpan<byte> digest) =>
        CanVerify && IsSameKind(signature.KeyAlgorithm, Algorithm) && OpenPgpMathematics.Verify(this, signature, digest);

    /// <summary>Adds the key to a hash as signatures over keys have it, section 5.2.4.</summary>
    internal void AppendTo(OpenPgpHasher hasher)
    {
        hasher.Append([0x99, (byte)(Packet.Body.Length >> 8), (byte)Packet.Body.Length]);
        hasher.Append(Packet.Body.Span);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Fingerprint}";

    private static bool IsSameKind(OpenPgpKeyAlgorithm signature, OpenPgpKeyAlgorithm key) =>
        signature == key || (signature is OpenPgpKeyAlgorithm.Rsa or OpenPgpKeyAlgorithm.RsaSign
            && key is OpenPgpKeyAlgorithm.Rsa or OpenPgpKeyAlgorithm.RsaSign);

    // Section 12.2. SHA-1 is the format's; no collision of keys is of use to anyone, since a key is pinned by it beforehand.
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "the format's own fingerprint")]
    private static string ComputeFingerprint(ReadOnlySpan<byte> body)
    {
        var data = new byte[body.Length + 3];
        data[0] = 0x99;
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(1), (ushort)body.Length);
        body.CopyTo(data.AsSpan(3));
        return Convert.ToHexString(SHA1.HashData(data));
    }

    private void ReadMaterial(ref OpenPgpFieldReader reader)
    {
        switch (Algorithm)
        {
            case OpenPgpKeyAlgorithm.Rsa or OpenPgpKeyAlgorithm.RsaEncrypt or OpenPgpKeyAlgorithm.RsaSign:
                ReadNumbers(ref reader, 2, "rsa");
                CanVerify = Algorithm != OpenPgpKeyAlgorithm.RsaEncrypt;
                break;
            case OpenPgpKeyAlgorithm.Dsa:
                ReadNumbers(ref reader, 4, "dsa");
                CanVerify = true;
                break;
            case OpenPgpKeyAlgorithm.Elgamal:
                ReadNumbers(ref reader, 3, "elg");
                break;
            case OpenPgpKeyAlgorithm.Ecdsa or OpenPgpKeyAlgorithm.EdDsa or OpenPgpKeyAlgorithm.Ecdh:
                Curve = OpenPgpCurve.Find(reader.ReadBytes(reader.ReadByte()).Span);
                Numbers = [reader.ReadInteger()];
                Bits = Curve?.Bits ?? 0;
                Name = Curve?.Name ?? "unknown curve";
                CanVerify = Curve is not null && Algorithm switch
                {
                    OpenPgpKeyAlgorithm.EdDsa => Curve.Name == OpenPgpCurve.Ed25519,
                    OpenPgpKeyAlgorithm.Ecdsa => Curve.Bits != 255,
                    _ => false,
                };
                break;
        }
    }

    private void ReadNumbers(ref OpenPgpFieldReader reader, int count, string name)
    {
        var numbers = new ReadOnlyMemory<byte>[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = reader.ReadInteger();
        }
        Numbers = numbers;
        var first = numbers[0].Span;
        Bits = first.Length == 0 ? 0 : (first.Length * 8) - System.Numerics.BitOperations.LeadingZeroCount((uint)first[0]) + 24;
        Name = $"{name}{Bits}";
    }
}
