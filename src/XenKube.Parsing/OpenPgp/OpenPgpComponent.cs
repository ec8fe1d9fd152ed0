namespace XenKube.Parsing.OpenPgp;

/// <summary>A part of a key with the signatures that follow it: the primary itself, a user id, a user attribute or a subkey.</summary>
public sealed class OpenPgpComponent
{
    /// <summary>More than any key carries; a file that is made to keep a processor busy is refused.</summary>
    private const int MostSignatures = 1024;

    private readonly List<OpenPgpSignature> _signatures = [];

    internal OpenPgpComponent(OpenPgpPacket packet, OpenPgpPublicKey? key)
    {
        Packet = packet;
        Key = key;
    }

    /// <summary>The packet of the part.</summary>
    public OpenPgpPacket Packet { get; }

    /// <summary>The key, if the part is one.</summary>
    public OpenPgpPublicKey? Key { get; }

    /// <summary>The user id, if the part is one.</summary>
    public string? UserId => Packet.Tag == OpenPgpPacket.UserId ? System.Text.Encoding.UTF8.GetString(Packet.Body.Span) : null;

    /// <summary>The signatures in the order of the file, none twice. Nothing is known of whether they are right.</summary>
    public IReadOnlyList<OpenPgpSignature> Signatures => _signatures;

    internal bool IsSameAs(OpenPgpComponent other) => Packet.Tag == other.Packet.Tag
        && Packet.Body.Span.SequenceEqual(other.Packet.Body.Span);

    internal void Add(OpenPgpSignature signature)
    {
        if (_signatures.Exists(known => known.Packet.Body.Span.SequenceEqual(signature.Packet.Body.Span)))
        {
            return;
        }
        if (_signatures.Count == MostSignatures)
        {
            throw new OpenPgpFormatException(signature.Packet.Offset, "a part of the key has too many signatures");
        }
        _signatures.Add(signature);
    }

    internal void WriteTo(Stream output)
    {
        Packet.WriteTo(output);
        foreach (var signature in _signatures)
        {
            signature.Packet.WriteTo(output);
        }
    }
}
