using System.Buffers.Binary;

namespace XenKube.Parsing.OpenPgp;

/// <summary>A signature packet of version 3 or 4, RFC 4880 section 5.2.</summary>
public sealed class OpenPgpSignature
{
    private readonly List<OpenPgpSubpacket> _subpackets = [];
    private readonly List<ReadOnlyMemory<byte>> _numbers = [];
    private byte[] _hashed = [];

    private OpenPgpSignature(OpenPgpPacket packet) => Packet = packet;

    /// <summary>The packet as it was read.</summary>
    public OpenPgpPacket Packet { get; }

    /// <summary>3 or 4; with another version nothing else is known.</summary>
    public int Version { get; private set; }

    /// <summary>True for the versions that are parsed.</summary>
    public bool IsKnownVersion => Version is 3 or 4;

    /// <summary>The class: 0x00 of a document, 0x01 of a text, 0x10 to 0x13 of a user id, 0x18 of a subkey, …</summary>
    public int Class { get; private set; }

    /// <summary>The public-key algorithm; numbers that are not known occur.</summary>
    public OpenPgpKeyAlgorithm KeyAlgorithm { get; private set; }

    /// <summary>The hash algorithm; numbers that are not known occur.</summary>
    public OpenPgpHashAlgorithm HashAlgorithm { get; private set; }

    /// <summary>When it was made, in seconds since 1970; null if the hashed area does not say so.</summary>
    public uint? Created { get; private set; }

    /// <summary>The fingerprint of the key that made it, from the hashed area; null if there is none.</summary>
    public string? IssuerFingerprint { get; private set; }

    /// <summary>The id of the key that made it, from either area; null if there is none.</summary>
    public ulong? IssuerKeyId { get; private set; }

    /// <summary>Seconds from <see cref="Created"/> until the signature ends; 0 for never.</summary>
    public uint Lifetime => ReadHashed32(OpenPgpSubpacket.Expires);

    /// <summary>Seconds from the key's date until the key ends; 0 for never.</summary>
    public uint KeyLifetime => ReadHashed32(OpenPgpSubpacket.KeyExpires);

    /// <summary>True if the signature says something about when its key ends.</summary>
    public bool HasKeyLifetime => FindHashed(OpenPgpSubpacket.KeyExpires) is not null;

    /// <summary>The first octet of the key flags (1 certify, 2 sign); null where there are no flags.</summary>
    public int? KeyFlags => FindHashed(OpenPgpSubpacket.KeyFlags) is { } flags ? flags.Body.Length > 0 ? flags.Body.Span[0] : 0 : null;

    /// <summary>The reason of a revocation; null where none is given.</summary>
    public int? RevocationReason => FindHashed(OpenPgpSubpacket.RevocationReason) is { Body.Length: > 0 } reason
        ? reason.Body.Span[0] : null;

    /// <summary>True if it marks the main user id of a key.</summary>
    public bool IsPrimaryUserId => FindHashed(OpenPgpSubpacket.PrimaryUserId) is { Body.Length: > 0 } primary && primary.Body.Span[0] != 0;

    /// <summary>Fingerprints of the keys that may revoke this one, where a direct signature names some (section 5.2.3.15).</summary>
    public IEnumerable<string> RevokerFingerprints => _subpackets
        .Where(subpacket => subpacket is { Type: OpenPgpSubpacket.RevocationKey, IsHashed: true, Body.Length: 22 }
            && (subpacket.Body.Span[0] & 0x80) != 0)
        .Select(subpacket => Convert.ToHexString(subpacket.Body.Span[2..]));

    /// <summary>True if it asks, as critical, for something that this reader does not know.</summary>
    public bool HasUnknownCritical => _subpackets.Exists(subpacket => subpacket is { IsCritical: true, IsKnown: false });

    /// <summary>The numbers that make the signature: one of RSA, two of the others.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Numbers => _numbers;

    /// <summary>What is hashed after the signed data.</summary>
    public ReadOnlySpan<byte> Trailer => _hashed;

    /// <summary>Takes a signature packet apart.</summary>
    /// <param name="packet">A packet with the tag of a signature.</param>
    /// <exception cref="OpenPgpFormatException">It is broken.</exception>
    public static OpenPgpSignature Read(OpenPgpPacket packet)
    {
        var signature = new OpenPgpSignature(packet);
        var reader = new OpenPgpFieldReader(packet.Body, packet.Offset);
        signature.Version = reader.ReadByte();
        if (signature.Version == 3)
        {
            signature.ReadVersion3(ref reader);
        }
        else if (signature.Version == 4)
        {
            signature.ReadVersion4(ref reader);
        }
        else
        {
            return signature;
        }
        reader.ReadBytes(2); // the first two octets of the digest: a short cut that decides nothing
        for (var i = NumbersOf(signature.KeyAlgorithm); i > 0; i--)
        {
            signature._numbers.Add(reader.ReadInteger());
        }
        return signature;
    }

    /// <summary>The signatures embedded in this one, those that can be read.</summary>
    internal IEnumerable<OpenPgpSignature> ReadEmbedded()
    {
        foreach (var subpacket in _subpackets.Where(subpacket => subpacket.Type == OpenPgpSubpacket.EmbeddedSignature))
        {
            OpenPgpSignature embedded;
            try
            {
                embedded = Read(new OpenPgpPacket(OpenPgpPacket.Signature, Packet.Offset, subpacket.Body));
            }
            catch (OpenPgpFormatException)
            {
                continue;
            }
            yield return embedded;
        }
    }

    private static int NumbersOf(OpenPgpKeyAlgorithm algorithm) => algorithm switch
    {
        OpenPgpKeyAlgorithm.Rsa or OpenPgpKeyAlgorithm.RsaSign => 1,
        OpenPgpKeyAlgorithm.Dsa or OpenPgpKeyAlgorithm.Ecdsa or OpenPgpKeyAlgorithm.EdDsa => 2,
        _ => 0,
    };

    // Section 5.2.2
    private void ReadVersion3(ref OpenPgpFieldReader reader)
    {
        if (reader.ReadByte() != 5)
        {
            throw reader.Error("a version 3 signature hashes 5 octets of its own");
        }
        _hashed = reader.ReadBytes(5).ToArray();
        Class = _hashed[0];
        Created = BinaryPrimitives.ReadUInt32BigEndian(_hashed.AsSpan(1));
        IssuerKeyId = BinaryPrimitives.ReadUInt64BigEndian(reader.ReadBytes(8).Span);
        KeyAlgorithm = (OpenPgpKeyAlgorithm)reader.ReadByte();
        HashAlgorithm = (OpenPgpHashAlgorithm)reader.ReadByte();
    }

    // Section 5.2.3; the trailer is section 5.2.4
    private void ReadVersion4(ref OpenPgpFieldReader reader)
    {
        Class = reader.ReadByte();
        KeyAlgorithm = (OpenPgpKeyAlgorithm)reader.ReadByte();
        HashAlgorithm = (OpenPgpHashAlgorithm)reader.ReadByte();
        var area = reader.ReadBytes(reader.ReadUInt16());
        OpenPgpSubpacket.ReadAll(area, hashed: true, Packet.Offset, _subpackets);
        var length = 6 + area.Length;
        _hashed = new byte[length + 6];
        Packet.Body.Span[..length].CopyTo(_hashed);
        _hashed[length] = 4;
        _hashed[length + 1] = 0xFF;
        BinaryPrimitives.WriteInt32BigEndian(_hashed.AsSpan(length + 2), length);
        OpenPgpSubpacket.ReadAll(reader.ReadBytes(reader.ReadUInt16()), hashed: false, Packet.Offset, _subpackets);

        if (FindHashed(OpenPgpSubpacket.Created) is { } created)
        {
            Created = BinaryPrimitives.ReadUInt32BigEndian(created.Body.Span);
        }
        if (FindHashed(OpenPgpSubpacket.IssuerFingerprint) is { } fingerprint)
        {
            IssuerFingerprint = Convert.ToHexString(fingerprint.Body.Span[1..]);
        }
        foreach (var issuer in _subpackets.Where(subpacket => subpacket.Type == OpenPgpSubpacket.Issuer).Take(1))
        {
            IssuerKeyId = BinaryPrimitives.ReadUInt64BigEndian(issuer.Body.Span);
        }
    }

    // As gpg: of several the first counts.
    private OpenPgpSubpacket? FindHashed(int type)
    {
        foreach (var subpacket in _subpackets)
        {
            if (subpacket.Type == type && subpacket.IsHashed)
            {
                return subpacket;
            }
        }
        return null;
    }

    private uint ReadHashed32(int type) => FindHashed(type) is { } found ? BinaryPrimitives.ReadUInt32BigEndian(found.Body.Span) : 0;
}
