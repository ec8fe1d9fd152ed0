namespace XenKube.Parsing.OpenPgp;

/// <summary>
/// A public key as it is handed around: the primary, its user ids and subkeys, each with its signatures (RFC 4880
/// section 11.1). It says what is there; which of it is bound, revoked or expired is for the caller to judge.
/// </summary>
public sealed class OpenPgpCertificate
{
    /// <summary>More parts than any real key has; a file that is made to keep a processor busy is refused.</summary>
    private const int MostParts = 4096;

    private readonly List<OpenPgpComponent> _components = [];

    private OpenPgpCertificate(OpenPgpComponent primary) => Primary = primary;

    /// <summary>The primary with its direct signatures and revocations.</summary>
    public OpenPgpComponent Primary { get; }

    /// <summary>The primary key.</summary>
    public OpenPgpPublicKey PrimaryKey => Primary.Key!;

    /// <summary>User ids, in the order of the file.</summary>
    public IEnumerable<OpenPgpComponent> UserIds => _components.Where(component => component.Packet.Tag == OpenPgpPacket.UserId);

    /// <summary>Subkeys, in the order of the file.</summary>
    public IEnumerable<OpenPgpComponent> Subkeys => _components.Where(component => component.Packet.Tag == OpenPgpPacket.PublicSubkey);

    /// <summary>
    /// Reads the keys of a file, armored or binary. Packets that are not known, keys of versions that are not known and
    /// signatures that cannot be taken apart are skipped; several copies of a key are merged.
    /// </summary>
    /// <param name="data">The content of the file.</param>
    /// <exception cref="OpenPgpFormatException">The file cannot be taken apart, or ends within a packet.</exception>
    public static IReadOnlyList<OpenPgpCertificate> ReadAll(ReadOnlyMemory<byte> data)
    {
        var certificates = new List<OpenPgpCertificate>();
        OpenPgpCertificate? current = null;
        OpenPgpComponent? component = null;
        foreach (var packet in OpenPgpPacket.ReadAll(OpenPgpArmor.Remove(data)))
        {
            switch (packet.Tag)
            {
                case OpenPgpPacket.PublicKey:
                    current = null;
                    component = null;
                    if (OpenPgpPublicKey.TryRead(packet, out var primary))
                    {
                        component = new OpenPgpComponent(packet, primary);
                        current = new OpenPgpCertificate(component);
                        certificates.Add(current);
                    }
                    break;
                case OpenPgpPacket.SecretKey:
                    current = null;
                    component = null;
                    break;
                case OpenPgpPacket.PublicSubkey:
                    component = current is not null && OpenPgpPublicKey.TryRead(packet, out var subkey) ? current.Add(new OpenPgpComponent(packet, subkey)) : null;
                    break;
                case OpenPgpPacket.SecretSubkey:
                    component = null;
                    break;
                case OpenPgpPacket.UserId or OpenPgpPacket.UserAttribute:
                    component = current?.Add(new OpenPgpComponent(packet, null));
                    break;
                case OpenPgpPacket.Signature when component is not null:
                    // Certifications by others say nothing here, and flooded keys carry thousands of them.
                    if (TryReadSignature(packet, out var signature) && (signature.Class is < 0x10 or > 0x13 || current!.IsIssuerOf(signature)))
                    {
                        component.Add(signature);
                    }
                    break;
            }
        }
        return Merge(certificates);
    }

    /// <summary>Merges the copies of each key: all parts of all copies, none twice.</summary>
    /// <param name="certificates">Keys, with copies among them.</param>
    public static IReadOnlyList<OpenPgpCertificate> Merge(IEnumerable<OpenPgpCertificate> certificates)
    {
        var merged = new Dictionary<string, OpenPgpCertificate>(StringComparer.Ordinal);
        var order = new List<OpenPgpCertificate>();
        foreach (var certificate in certificates)
        {
            if (!merged.TryGetValue(certificate.PrimaryKey.Fingerprint, out var known))
            {
                known = new OpenPgpCertificate(new OpenPgpComponent(certificate.Primary.Packet, certificate.PrimaryKey));
                merged.Add(certificate.PrimaryKey.Fingerprint, known);
                order.Add(known);
            }
            AddAll(known.Primary, certificate.Primary);
            foreach (var component in certificate._components)
            {
                AddAll(known.Add(new OpenPgpComponent(component.Packet, component.Key)), component);
            }
        }
        return order;
    }

    /// <summary>True if a signature says that the primary made it, or does not say who did.</summary>
    /// <param name="signature">A signature of the key.</param>
    public bool IsIssuerOf(OpenPgpSignature signature) => signature.IssuerFingerprint == PrimaryKey.Fingerprint
        || signature.IssuerKeyId == PrimaryKey.KeyId || (signature.IssuerFingerprint is null && signature.IssuerKeyId is null);

    /// <summary>The key as one armored block.</summary>
    public string ToArmor()
    {
        using var packets = new MemoryStream();
        Primary.WriteTo(packets);
        // User ids and attributes before subkeys, section 11.1.
        foreach (var component in _components.OrderBy(component => component.Packet.Tag == OpenPgpPacket.PublicSubkey))
        {
            component.WriteTo(packets);
        }
        return OpenPgpArmor.Write("PUBLIC KEY BLOCK", packets.ToArray());
    }

    private static bool TryReadSignature(OpenPgpPacket packet, out OpenPgpSignature signature)
    {
        try
        {
            signature = OpenPgpSignature.Read(packet);
            return true;
        }
        catch (OpenPgpFormatException)
        {
            signature = null!;
            return false;
        }
    }

    private static void AddAll(OpenPgpComponent target, OpenPgpComponent source)
    {
        foreach (var signature in source.Signatures)
        {
            target.Add(signature);
        }
    }

    private OpenPgpComponent Add(OpenPgpComponent component)
    {
        if (_components.Find(component.IsSameAs) is { } known)
        {
            return known;
        }
        if (_components.Count == MostParts)
        {
            throw new OpenPgpFormatException(component.Packet.Offset, "the key has too many user ids and subkeys");
        }
        _components.Add(component);
        return component;
    }
}
