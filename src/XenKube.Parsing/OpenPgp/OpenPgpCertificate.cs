namespace XenKube.Parsing.OpenPgp;

/// <summary>
/// A public key as it is handed around: the primary, its user ids and subkeys, each with its signatures (RFC 4880
/// section 11.1). It says what is there; which of it is bound, revoked or expired is for the caller to judge.
/// </summary>
public sealed class OpenPgpCertificate
{
    /// <summary>More parts than any real key has; a file that is made to keep a processor busy is refused.</summary>
    private const int MostParts = 4096;

    private const int MostMisplaced = 64;

    private readonly List<OpenPgpComponent> _components = [];
    private readonly List<OpenPgpSignature> _misplaced = [];

    private OpenPgpCertificate(OpenPgpComponent primary) => Primary = primary;

    /// <summary>The primary with its direct signatures and revocations.</summary>
    public OpenPgpComponent Primary { get; }

    /// <summary>The primary key.</summary>
    public OpenPgpPublicKey PrimaryKey => Primary.Key!;

    /// <summary>User ids, in the order of the file.</summary>
    public IEnumerable<OpenPgpComponent> UserIds => _components.Where(component => component.Packet.Tag == OpenPgpPacket.UserId);

    /// <summary>Subkeys, in the order of the file.</summary>
    public IEnumerable<OpenPgpComponent> Subkeys => _components.Where(component => component.Packet.Tag == OpenPgpPacket.PublicSubkey);

    /// <summary>Revocations of subkeys that stand elsewhere; which subkey each is of, its check tells.</summary>
    public IReadOnlyList<OpenPgpSignature> Misplaced => _misplaced;

    /// <summary>
    /// Reads the keys of a file, armored or binary. Packets that are not known, keys of versions that are not known,
    /// subkeys of algorithms that are not known and signatures that cannot be parsed are skipped; several copies of a
    /// key are merged.
    /// </summary>
    /// <param name="data">The content of the file.</param>
    /// <exception cref="OpenPgpFormatException">The file cannot be parsed, or ends within a packet.</exception>
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
                    component = current is not null && OpenPgpPublicKey.TryRead(packet, out var subkey)
                        ? current.Add(new OpenPgpComponent(packet, subkey)) : null;
                    break;
                case OpenPgpPacket.SecretSubkey:
                    component = null;
                    break;
                case OpenPgpPacket.UserId or OpenPgpPacket.UserAttribute:
                    component = current?.Add(new OpenPgpComponent(packet, null));
                    break;
                case OpenPgpPacket.Signature:
                    if (current is not null && TryReadSignature(packet, out var signature))
                    {
                        current.Attach(signature, component);
                    }
                    break;
            }
        }
        return Merge(certificates);
    }

    /// <summary>Reads the revocations of a file that holds no key, such as gpg leaves beside each new key.</summary>
    /// <param name="data">The content of the file.</param>
    /// <exception cref="OpenPgpFormatException">The file cannot be parsed, or ends within a packet.</exception>
    public static IReadOnlyList<OpenPgpSignature> ReadRevocations(ReadOnlyMemory<byte> data)
    {
        var revocations = new List<OpenPgpSignature>();
        foreach (var packet in OpenPgpPacket.ReadAll(OpenPgpArmor.Remove(data)).Where(packet => packet.Tag == OpenPgpPacket.Signature))
        {
            if (TryReadSignature(packet, out var signature) && signature.Class == 0x20)
            {
                revocations.Add(signature);
            }
        }
        return revocations;
    }

    /// <summary>Adds a revocation of the whole key.</summary>
    /// <param name="revocation">The revocation.</param>
    public void AddRevocation(OpenPgpSignature revocation) => Primary.Add(revocation);

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
            certificate._misplaced.ForEach(known.AddMisplaced);
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
        foreach (var revocation in _misplaced)
        {
            revocation.Packet.WriteTo(packets);
        }
        // User ids and attributes before subkeys, section 11.1.
        foreach (var component in _components.OrderBy(component => component.Packet.Tag == OpenPgpPacket.PublicSubkey))
        {
            component.WriteTo(packets);
        }
        return OpenPgpArmor.Write("PUBLIC KEY BLOCK", packets.ToArray());
    }

    // Where a signature stands says what it is over, but revocations of the key and its other direct signatures are found
    // in all places, and a revocation must not get lost by that.
    private void Attach(OpenPgpSignature signature, OpenPgpComponent? component)
    {
        switch (signature.Class)
        {
            case 0x1F or 0x20:
                Primary.Add(signature);
                break;
            case 0x28 when component?.Packet.Tag != OpenPgpPacket.PublicSubkey:
                AddMisplaced(signature);
                break;
            // Certifications by others say nothing here, and flooded keys carry thousands of them.
            case >= 0x10 and <= 0x13 when !IsIssuerOf(signature):
                break;
            default:
                component?.Add(signature);
                break;
        }
    }

    private void AddMisplaced(OpenPgpSignature signature)
    {
        if (_misplaced.Count < MostMisplaced && !_misplaced.Exists(known =>
            known.Packet.Body.Span.SequenceEqual(signature.Packet.Body.Span)))
        {
            _misplaced.Add(signature);
        }
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
