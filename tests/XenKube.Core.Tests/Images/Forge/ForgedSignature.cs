namespace XenKube.Tests.Images.Forge;

/// <summary>A signature to be forged; everything about it can be set.</summary>
internal sealed record ForgedSignature(ForgedKey Key, int Class, uint? Created)
{
    public int Version { get; init; } = 4;

    public int Hash { get; init; } = ForgedKey.Sha256;

    /// <summary>The algorithm's number in the packet, if it differs from the key's.</summary>
    public byte? Algorithm { get; init; }

    /// <summary>More of the hashed area.</summary>
    public byte[] Hashed { get; init; } = [];

    /// <summary>More of the area that is not hashed.</summary>
    public byte[] Unhashed { get; init; } = [];

    public bool NamesFingerprint { get; init; } = true;

    public bool NamesKeyId { get; init; } = true;

    /// <summary>What comes after the numbers.</summary>
    public byte[] Rest { get; init; } = [];

    /// <summary>Changes the numbers.</summary>
    public Func<byte[][], byte[][]> Numbers { get; init; } = numbers => numbers;

    /// <summary>The octets of the number's head that hold its length in bits, if they differ.</summary>
    public bool HasPaddedNumbers { get; init; }

    /// <summary>The body of the packet over some data.</summary>
    public byte[] Body(byte[] data)
    {
        var algorithm = Algorithm ?? Key.Algorithm;
        byte[] head, trailer, middle;
        if (Version == 3)
        {
            byte[] own = [(byte)Class, .. Bytes.Number32(Created!.Value)];
            (head, trailer, middle) = ([3, 5, .. own, .. Key.KeyId, algorithm, (byte)Hash], own, []);
        }
        else
        {
            byte[] hashed = [.. NamesFingerprint ? Bytes.Sub(33, [4, .. Key.FingerprintBytes]) : [], .. Created is { } created ? Bytes.Sub(2, Bytes.Number32(created)) : [], .. Hashed];
            byte[] unhashed = [.. NamesKeyId ? Bytes.Sub(16, Key.KeyId) : [], .. Unhashed];
            head = [(byte)Version, (byte)Class, algorithm, (byte)Hash, .. Bytes.Number16(hashed.Length), .. hashed];
            trailer = [.. head, (byte)Version, 0xFF, .. Bytes.Number32((uint)head.Length)];
            middle = [.. Bytes.Number16(unhashed.Length), .. unhashed];
        }
        var digest = ForgedKey.Digest(Hash, [.. data, .. trailer]);
        var numbers = Numbers(Key.Sign(Hash, digest));
        return [.. head, .. middle, digest[0], digest[1], .. numbers.SelectMany(number => HasPaddedNumbers ? [.. Bytes.Number16((number.Length + 2) * 8), 0, 0, .. number] : Bytes.Integer(number)), .. Rest];
    }

    /// <summary>The packet over some data.</summary>
    public byte[] Packet(byte[] data) => Bytes.Packet(2, Body(data));
}
