using System.Text;
using XenKube.Images;
using XenKube.Images.Signatures;
using static XenKube.Images.Signatures.SignatureVerdict;
using static XenKube.Tests.Images.Forge.ForgedRing;

namespace XenKube.Tests.Images.Forge;

/// <summary>Cases for each rule of tests/corpus/openpgp/README.md, beyond those that are recorded there.</summary>
internal static class ForgedCases
{
    /// <summary>2018-01-01, when keys are made.</summary>
    public const uint Made = 1514764800;

    /// <summary>2019-01-01, when files are signed.</summary>
    public const uint Signed = 1546300800;

    private const uint Day = 86400;

    public static readonly ForgedKey Primary = ForgedKey.Rsa(Made);
    public static readonly ForgedKey Sub = ForgedKey.Rsa(Made + Day);
    public static readonly ForgedKey Stranger = ForgedKey.P256(Made);
    public static readonly ForgedKey DsaKey = ForgedKey.Dsa(Made);
    public static readonly byte[] File = Encoding.UTF8.GetBytes("an image,\nas it were\n");

    private static readonly byte[] Ring = [.. ForgedRing.Ring(Primary), .. SigningSubkey(Primary, Sub)];
    private static readonly byte[] StrangerRing = ForgedRing.Ring(Stranger, "S <s@xenkube.example>");
    private static readonly ForgedSignature Good = new(Primary, 0x00, Signed);
    private static readonly ForgedSignature GoodSub = new(Sub, 0x00, Signed);

    public static IReadOnlyList<ForgedCase> All { get; } = [.. Packets(), .. Signatures(), .. Subpackets(), .. Numbers(), .. Hashes(), .. TextMode(), .. SelfSignatures(),
        .. Bindings(), .. Rings(), .. Dates(), .. Revocations(), .. Expiries(), .. Several(), .. Armors()];

    private static ForgedCase Of(string name, SignatureVerdict verdict, byte[] signature, byte[]? ring = null, byte[]? file = null, bool gpg = true) =>
        new(name, ring ?? Ring, file ?? File, signature, verdict, gpg);

    private static IEnumerable<ForgedCase> Packets()
    {
        var body = Good.Body(File);
        var small = new ForgedSignature(Stranger, 0x00, Signed).Body(File);
        foreach (var form in new[] { 2, 4, 0x102, 0x105 })
        {
            yield return Of($"packet form {form:x}", SignatureVerdict.Good, Bytes.Packet(2, body, form));
        }
        foreach (var form in new[] { 1, 2, 4, 0x101, 0x105 })
        {
            yield return Of($"small packet form {form:x}", SignatureVerdict.Good, Bytes.Packet(2, small, form), StrangerRing);
        }
        yield return Of("packet with open length", Malformed, Bytes.Packet(2, body, 3), gpg: false);
        foreach (var tag in new[] { 40, 50, 60, 63 })
        {
            yield return Of($"packet {tag} before", SignatureVerdict.Good, [.. Bytes.Packet(tag, [1, 2, 3]), .. Good.Packet(File)], gpg: false);
            yield return Of($"packet {tag} after", SignatureVerdict.Good, [.. Good.Packet(File), .. Bytes.Packet(tag, [])], gpg: false);
        }
        foreach (var tag in new[] { 1, 3, 4, 5, 7, 8, 9, 11, 12, 13, 14, 17, 18, 19, 20, 21, 39 })
        {
            yield return Of($"packet {tag} before", Malformed, [.. Bytes.Packet(tag, [1, 2, 3]), .. Good.Packet(File)], gpg: false);
            yield return Of($"packet {tag} after", Malformed, [.. Good.Packet(File), .. Bytes.Packet(tag, [1, 2, 3])], gpg: false);
        }
        yield return Of("marker after", SignatureVerdict.Good, [.. Good.Packet(File), .. Bytes.Packet(10, "PGP"u8.ToArray())], gpg: false);
        yield return Of("marker alone", Malformed, Bytes.Packet(10, "PGP"u8.ToArray()), gpg: false);
        yield return Of("unknown packet alone", Malformed, Bytes.Packet(60, [1]), gpg: false);
        yield return Of("marker cut", Malformed, [.. Good.Packet(File), 0xCA, 3, 0x50], gpg: false);
        yield return Of("packet type 0", Malformed, [.. Good.Packet(File), 0xC0, 0], gpg: false);
        yield return Of("empty signature packet", Malformed, Bytes.Packet(2, []), gpg: false);
        yield return Of("a whole signed message", Malformed, [.. Bytes.Packet(4, [3, 0, 8, 1, .. Primary.KeyId, 1]), .. Bytes.Packet(11, [0x62, 0, 0, 0, 0, 0, .. File]), .. Good.Packet(File)], gpg: false);
        yield return Of("line break at the end", Malformed, [.. Good.Packet(File), 10], gpg: false);
    }

    private static IEnumerable<ForgedCase> Signatures()
    {
        yield return Of("by the primary", SignatureVerdict.Good, Good.Packet(File));
        yield return Of("by the subkey", SignatureVerdict.Good, GoodSub.Packet(File));
        yield return Of("version 3", SignatureVerdict.Good, (Good with { Version = 3 }).Packet(File));
        yield return Of("version 3 by the subkey", SignatureVerdict.Good, (GoodSub with { Version = 3 }).Packet(File));
        yield return Of("version 3 of another file", Bad, (Good with { Version = 3 }).Packet([1]));
        yield return Of("version 3 by nobody known", UnknownKey, (new ForgedSignature(Stranger, 0, Signed) { Version = 3 }).Packet(File));
        foreach (var version in new byte[] { 0, 1, 2, 5, 6, 255 })
        {
            var body = Good.Body(File);
            body[0] = version;
            yield return Of($"version {version}", Unsupported, Bytes.Packet(2, body), gpg: false);
        }
        var longer = (Good with { Version = 3 }).Body(File);
        longer[1] = 6;
        yield return Of("version 3 that hashes six octets", Malformed, Bytes.Packet(2, longer), gpg: false);
        foreach (var type in new[] { 0x02, 0x03, 0x10, 0x13, 0x18, 0x19, 0x1F, 0x20, 0x28, 0x30, 0x40, 0x50, 0xFF })
        {
            yield return Of($"class {type:x2}", Malformed, (Good with { Class = type }).Packet(File), gpg: false);
            yield return Of($"class {type:x2} of version 3", Malformed, (Good with { Class = type, Version = 3 }).Packet(File), gpg: false);
        }
        yield return Of("no date", Malformed, (Good with { Created = null }).Packet(File), gpg: false);
        yield return Of("date not hashed", Malformed, (Good with { Created = null, Unhashed = Bytes.Sub(2, Bytes.Number32(Signed)) }).Packet(File), gpg: false);
        yield return Of("key id only", SignatureVerdict.Good, (Good with { NamesFingerprint = false }).Packet(File));
        yield return Of("key id hashed", SignatureVerdict.Good, (Good with { NamesFingerprint = false, NamesKeyId = false, Hashed = Bytes.Sub(16, Primary.KeyId) }).Packet(File));
        yield return Of("fingerprint only", SignatureVerdict.Good, (Good with { NamesKeyId = false }).Packet(File));
        yield return Of("names no key", UnknownKey, (Good with { NamesFingerprint = false, NamesKeyId = false }).Packet(File), gpg: false);
        yield return Of("fingerprint not hashed", UnknownKey, (Good with { NamesFingerprint = false, NamesKeyId = false, Unhashed = Bytes.Sub(33, [4, .. Primary.FingerprintBytes]) }).Packet(File), gpg: false);
        yield return Of("other fingerprint not hashed", SignatureVerdict.Good, (Good with { NamesFingerprint = false, Unhashed = Bytes.Sub(33, [4, .. Stranger.FingerprintBytes]) }).Packet(File), gpg: false);
        yield return Of("fingerprint of the subkey, made by the primary", Bad, (Good with { NamesFingerprint = false, NamesKeyId = false, Hashed = Bytes.Sub(33, [4, .. Sub.FingerprintBytes]) }).Packet(File), gpg: false);
        yield return Of("hashed fingerprint right, key id of another", SignatureVerdict.Good, (Good with { NamesKeyId = false, Unhashed = Bytes.Sub(16, Stranger.KeyId) }).Packet(File), gpg: false);
        yield return Of("fingerprint of version 5", UnknownKey, (Good with { NamesFingerprint = false, NamesKeyId = false, Hashed = Bytes.Sub(33, [5, .. new byte[32]]) }).Packet(File), gpg: false);
        yield return Of("no such key", UnknownKey, Good.Packet(File), StrangerRing);
        yield return Of("another file", Bad, Good.Packet([.. File, 0]));
        yield return Of("empty file", SignatureVerdict.Good, Good.Packet([]), file: []);
    }

    private static IEnumerable<ForgedCase> Subpackets()
    {
        foreach (var type in new[] { 1, 8, 10, 13, 17, 19, 20, 40, 100, 110, 127 })
        {
            yield return Of($"critical subpacket {type}", Unsupported, (Good with { Hashed = Bytes.Sub(type, [1, 2, 3, 4, 5, 6, 7, 8], isCritical: true) }).Packet(File), gpg: false);
            yield return Of($"critical subpacket {type} not hashed", Unsupported, (Good with { Unhashed = Bytes.Sub(type, [1, 2, 3, 4, 5, 6, 7, 8], isCritical: true) }).Packet(File), gpg: false);
            yield return Of($"subpacket {type}", SignatureVerdict.Good, (Good with { Hashed = Bytes.Sub(type, [1, 2, 3, 4, 5, 6, 7, 8]) }).Packet(File));
        }
        var date = new ForgedSignature(Primary, 0, null) { Hashed = Bytes.Sub(2, Bytes.Number32(Signed), isCritical: true) };
        yield return Of("critical date", SignatureVerdict.Good, date.Packet(File));
        yield return Of("critical fingerprint", SignatureVerdict.Good, (Good with { NamesFingerprint = false, Hashed = Bytes.Sub(33, [4, .. Primary.FingerprintBytes], isCritical: true) }).Packet(File));
        yield return Of("critical key id", SignatureVerdict.Good, (Good with { NamesKeyId = false, Unhashed = Bytes.Sub(16, Primary.KeyId, isCritical: true) }).Packet(File));
        yield return Of("critical lifetime that has not ended", SignatureVerdict.Good, (Good with { Hashed = Bytes.Sub(3, Bytes.Number32(uint.MaxValue), isCritical: true) }).Packet(File), gpg: false);
        yield return Of("critical policy", SignatureVerdict.Good, (Good with { Hashed = Bytes.Sub(26, "https://xenkube.example/"u8.ToArray(), isCritical: true) }).Packet(File));
        byte[] notation = [0x80, 0, 0, 0, 0, 3, 0, 1, (byte)'a', (byte)'@', (byte)'b', (byte)'1'];
        yield return Of("notation", SignatureVerdict.Good, (Good with { Hashed = Bytes.Sub(20, notation) }).Packet(File));
        yield return Of("critical notation", Unsupported, (Good with { Hashed = Bytes.Sub(20, notation, isCritical: true) }).Packet(File), gpg: false);
        yield return Of("critical notation not hashed", Unsupported, (Good with { Unhashed = Bytes.Sub(20, notation, isCritical: true) }).Packet(File), gpg: false);
        yield return Of("critical by a key that is not known", Unsupported, (Good with { Hashed = Bytes.Sub(100, [1], isCritical: true) }).Packet(File), StrangerRing, gpg: false);
        foreach (var width in new[] { 2, 5 })
        {
            yield return Of($"subpacket with a length of {width} octets", SignatureVerdict.Good, (Good with { Hashed = Bytes.Sub(100, new byte[300], width: width) }).Packet(File));
        }
        yield return Of("subpacket with a length longer than needed", SignatureVerdict.Good, (Good with { Hashed = Bytes.Sub(100, [1], width: 5) }).Packet(File));
        yield return Of("subpacket of nothing", Malformed, (Good with { Hashed = [0] }).Packet(File), gpg: false);
        yield return Of("subpacket of nothing, not hashed", Malformed, (Good with { Unhashed = [0] }).Packet(File), gpg: false);
        yield return Of("subpacket beyond its area", Malformed, (Good with { Hashed = [5, 100, 1] }).Packet(File), gpg: false);
        yield return Of("subpacket beyond its area, not hashed", Malformed, (Good with { Unhashed = [5, 100, 1] }).Packet(File), gpg: false);
        yield return Of("subpacket with half a length", Malformed, (Good with { Hashed = [0xFF, 0, 0] }).Packet(File), gpg: false);
        yield return Of("subpacket of four gigabytes", Malformed, (Good with { Unhashed = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 100] }).Packet(File), gpg: false);
        yield return Of("date of three octets", Malformed, (Good with { Created = null, Hashed = Bytes.Sub(2, [1, 2, 3]) }).Packet(File), gpg: false);
        foreach (var (name, offset) in new[] { ("hashed", 4), ("unhashed", 6) })
        {
            var body = new ForgedSignature(Primary, 0, Signed).Body(File);
            var at = offset == 4 ? 4 : 6 + ((body[4] << 8) | body[5]);
            (body[at], body[at + 1]) = (0xFF, 0xFF);
            yield return Of($"{name} area beyond the packet", Malformed, Bytes.Packet(2, body), gpg: false);
        }
    }

    private static IEnumerable<ForgedCase> Numbers()
    {
        yield return Of("number with leading zeros", SignatureVerdict.Good, (Good with { HasPaddedNumbers = true }).Packet(File));
        yield return Of("number of nothing", Bad, (Good with { Numbers = _ => [[]] }).Packet(File), gpg: false);
        yield return Of("no number", Malformed, (Good with { Numbers = _ => [] }).Packet(File), gpg: false);
        yield return Of("number plus modulus", Bad, (Good with { Numbers = Add(Primary) }).Packet(File), gpg: false);
        yield return Of("number beyond the packet", Malformed, (Good with { Numbers = _ => [], Rest = [8, 0, 1, 2, 3] }).Packet(File), gpg: false);
        yield return Of("one number of DSA", Malformed, (new ForgedSignature(DsaKey, 0, Signed) { Numbers = numbers => numbers[..1] }).Packet(File), ForgedRing.Ring(DsaKey), gpg: false);
        yield return Of("DSA", SignatureVerdict.Good, new ForgedSignature(DsaKey, 0, Signed).Packet(File), ForgedRing.Ring(DsaKey));
        yield return Of("DSA with zeros", Bad, (new ForgedSignature(DsaKey, 0, Signed) { Numbers = _ => [[], []] }).Packet(File), ForgedRing.Ring(DsaKey), gpg: false);
        yield return Of("DSA with ones", Bad, (new ForgedSignature(DsaKey, 0, Signed) { Numbers = _ => [[1], [1]] }).Packet(File), ForgedRing.Ring(DsaKey));
        yield return Of("ECDSA with zeros", Bad, (new ForgedSignature(Stranger, 0, Signed) { Numbers = _ => [[], []] }).Packet(File), StrangerRing, gpg: false);
        yield return Of("ECDSA with huge numbers", Bad, (new ForgedSignature(Stranger, 0, Signed) { Numbers = numbers => [[.. numbers[0], 1], numbers[1]] }).Packet(File), StrangerRing, gpg: false);
        yield return Of("ECDSA negated", SignatureVerdict.Good, (new ForgedSignature(Stranger, 0, Signed) { Numbers = Negate }).Packet(File), StrangerRing);
        yield return Of("RSA read as ECDSA", Malformed, (Good with { Algorithm = 19 }).Packet(File), gpg: false);
        yield return Of("ECDSA read as DSA", Bad, (new ForgedSignature(Stranger, 0, Signed) { Algorithm = 17 }).Packet(File), StrangerRing, gpg: false);
        foreach (var algorithm in new byte[] { 0, 2, 16, 18, 20, 21, 23, 27, 99 })
        {
            yield return Of($"public-key algorithm {algorithm}", Unsupported, (Good with { Algorithm = algorithm }).Packet(File), gpg: false);
        }
        var sign = ForgedKey.Rsa(Made, algorithm: 3);
        yield return Of("RSA for signatures only", SignatureVerdict.Good, new ForgedSignature(sign, 0, Signed).Packet(File), ForgedRing.Ring(sign));
        var large = ForgedKey.Rsa(Made, 1024);
        yield return Of("RSA of 1024 bits", SignatureVerdict.Good, new ForgedSignature(large, 0, Signed) { Hash = ForgedKey.Sha512 }.Packet(File), ForgedRing.Ring(large));
        var odd = ForgedKey.Rsa(Made, 2056);
        yield return Of("RSA of 2056 bits", SignatureVerdict.Good, new ForgedSignature(odd, 0, Signed).Packet(File), ForgedRing.Ring(odd));
    }

    private static IEnumerable<ForgedCase> Hashes()
    {
        foreach (var hash in new[] { ForgedKey.Sha224, ForgedKey.Sha256, ForgedKey.Sha384, ForgedKey.Sha512 })
        {
            yield return Of($"RSA hash {hash}", SignatureVerdict.Good, (Good with { Hash = hash }).Packet(File));
            yield return Of($"RSA hash {hash} version 3", SignatureVerdict.Good, (Good with { Hash = hash, Version = 3 }).Packet(File));
            yield return Of($"ECDSA hash {hash}", SignatureVerdict.Good, new ForgedSignature(Stranger, 0, Signed) { Hash = hash }.Packet(File), StrangerRing, gpg: hash != ForgedKey.Sha224);
            yield return Of($"DSA hash {hash}", SignatureVerdict.Good, new ForgedSignature(DsaKey, 0, Signed) { Hash = hash }.Packet(File), ForgedRing.Ring(DsaKey), gpg: hash != ForgedKey.Sha224);
        }
        foreach (var hash in new[] { ForgedKey.Md5, ForgedKey.Sha1, ForgedKey.RipeMd160 })
        {
            yield return Of($"hash {hash}", Unsupported, (Good with { Hash = hash }).Packet(File), gpg: false);
            yield return Of($"hash {hash} of another file", Unsupported, (Good with { Hash = hash }).Packet([1]), gpg: false);
        }
        foreach (var hash in new byte[] { 0, 4, 5, 6, 7, 12, 14, 200 })
        {
            var body = Good.Body(File);
            body[3] = hash;
            yield return Of($"hash {hash}", Unsupported, Bytes.Packet(2, body), gpg: false);
        }
    }

    private static IEnumerable<ForgedCase> TextMode()
    {
        var text = Good with { Class = 0x01 };
        byte[] Crlf(string content) => Encoding.UTF8.GetBytes(content.Replace("\n", "\r\n", StringComparison.Ordinal));
        yield return Of("text", SignatureVerdict.Good, text.Packet(Crlf("a\nb\n")), file: "a\nb\n"u8.ToArray());
        yield return Of("text now CR LF", SignatureVerdict.Good, text.Packet("a\r\nb\r\n"u8.ToArray()), file: "a\r\nb\r\n"u8.ToArray());
        yield return Of("text mixed", SignatureVerdict.Good, text.Packet("a\r\nb\r\n\r\n"u8.ToArray()), file: "a\nb\r\n\n"u8.ToArray());
        yield return Of("text of CRs", SignatureVerdict.Good, text.Packet("a\rb\r\r\nc\r"u8.ToArray()), file: "a\rb\r\r\nc\r"u8.ToArray(), gpg: false);
        yield return Of("text where a CR became CR LF", Bad, text.Packet("a\r\nb"u8.ToArray()), file: "a\rb"u8.ToArray());
        yield return Of("text with blanks at line ends", SignatureVerdict.Good, text.Packet("a \t\r\nb  "u8.ToArray()), file: "a \t\nb  "u8.ToArray());
        yield return Of("text with blanks taken away", Bad, text.Packet("a\r\nb"u8.ToArray()), file: "a  \nb"u8.ToArray());
        yield return Of("text without a last break", Bad, text.Packet("a\r\n"u8.ToArray()), file: "a"u8.ToArray());
        yield return Of("text of nothing", SignatureVerdict.Good, text.Packet([]), file: []);
        yield return Of("text version 3", SignatureVerdict.Good, (text with { Version = 3 }).Packet(Crlf("a\nb\n")), file: "a\nb\n"u8.ToArray());
        yield return Of("binary where breaks changed", Bad, Good.Packet("a\nb"u8.ToArray()), file: "a\r\nb"u8.ToArray());
        // Breaks at and around the border of a buffer; gpg cuts lines of more than 20,000 octets.
        var large = new byte[(1 << 20) + 5];
        large.AsSpan().Fill((byte)'x');
        foreach (var position in new[] { (1 << 20) - 1, 1 << 20 })
        {
            var content = (byte[])large.Clone();
            content[position] = (byte)'\n';
            yield return Of($"text with a break at {position}", SignatureVerdict.Good, text.Packet([.. content[..position], 13, .. content[position..]]), file: content, gpg: false);
            content = (byte[])content.Clone();
            content[position - 1] = (byte)'\r';
            yield return Of($"text with a CR before the break at {position}", SignatureVerdict.Good, text.Packet(content), file: content, gpg: false);
        }
    }

    private static IEnumerable<ForgedCase> SelfSignatures()
    {
        const string User = "A <a@xenkube.example>";
        byte[] With(params byte[][] signatures) => [.. ForgedRing.Primary(Primary), .. UserId(User), .. signatures.SelectMany(each => each)];
        byte[] Self(ForgedSignature signature) => SelfSignature(Primary, User, signature);
        var signed = Good.Packet(File);
        ForgedSignature Plain(uint created = Made) => new(Primary, 0x13, created) { Hashed = Flags(3) };
        foreach (var type in new[] { 0x10, 0x11, 0x12, 0x13 })
        {
            yield return Of($"self-signature of class {type:x2}", SignatureVerdict.Good, signed, With(Self(Plain() with { Class = type })));
        }
        foreach (var hash in new[] { ForgedKey.Sha1, ForgedKey.Sha224, ForgedKey.Sha384, ForgedKey.Sha512, ForgedKey.RipeMd160 })
        {
            yield return Of($"self-signature by hash {hash}", SignatureVerdict.Good, signed, With(Self(Plain() with { Hash = hash })));
        }
        yield return Of("self-signature by MD5", UnknownKey, signed, With(Self(Plain() with { Hash = ForgedKey.Md5 })), gpg: false);
        yield return Of("self-signature of version 3", SignatureVerdict.Good, signed, With(Self(new ForgedSignature(Primary, 0x13, Made) { Version = 3 })));
        yield return Of("self-signature without flags", SignatureVerdict.Good, signed, With(Self(Plain() with { Hashed = [] })));
        yield return Of("self-signature with flags of nothing", UnknownKey, signed, With(Self(Plain() with { Hashed = Bytes.Sub(27, [0]) })), gpg: false);
        yield return Of("primary that only certifies", UnknownKey, signed, With(Self(Plain() with { Hashed = Flags(1) })), gpg: false);
        yield return Of("flags that are not hashed", SignatureVerdict.Good, signed, With(Self(Plain() with { Hashed = [], Unhashed = Flags(1) })));
        yield return Of("newest self-signature says certify", UnknownKey, signed, With(Self(Plain()), Self(Plain(Made + 5) with { Hashed = Flags(1) })), gpg: false);
        yield return Of("newest self-signature first in the file", UnknownKey, signed, With(Self(Plain(Made + 5) with { Hashed = Flags(1) }), Self(Plain())), gpg: false);
        yield return Of("newest self-signature says sign", SignatureVerdict.Good, signed, With(Self(Plain() with { Hashed = Flags(1) }), Self(Plain(Made + 5))));
        yield return Of("newest self-signature is broken", SignatureVerdict.Good, signed, With(Self(Plain()), Plain(Made + 5).Packet([1])));
        yield return Of("only self-signature is broken", UnknownKey, signed, With(Plain().Packet([1])), gpg: false);
        yield return Of("self-signature of another user id", UnknownKey, signed, With(SelfSignature(Primary, "B", Plain())), gpg: false);
        yield return Of("self-signature by another", UnknownKey, signed, With(Self(new ForgedSignature(Stranger, 0x13, Made) { Hashed = Flags(3) })), gpg: false);
        yield return Of("self-signature by another beside the right one", SignatureVerdict.Good, signed, With(Self(new ForgedSignature(Stranger, 0x10, Made)), Self(Plain())));
        yield return Of("critical unknown beside a right one", SignatureVerdict.Good, signed, With(Self(Plain()), Self(Plain(Made + 5) with { Hashed = [.. Flags(1), .. Bytes.Sub(101, [1], isCritical: true)] })));
        yield return Of("user id revoked", SignatureVerdict.Good, signed, With(Self(Plain()), Self(new ForgedSignature(Primary, 0x30, Made + Day))));
        yield return Of("second user id is not bound", SignatureVerdict.Good, signed, [.. With(Self(Plain())), .. UserId("B")]);
        yield return Of("first user id is not bound", SignatureVerdict.Good, signed, [.. ForgedRing.Primary(Primary), .. UserId("B"), .. UserId(User), .. Self(Plain())]);
        yield return Of("direct signature and no user id", UnknownKey, signed, [.. ForgedRing.Primary(Primary), .. Direct(Primary, new ForgedSignature(Primary, 0x1F, Made) { Hashed = Flags(3) })], gpg: false);
        yield return Of("attribute beside", SignatureVerdict.Good, signed, [.. With(Self(Plain())), .. Bytes.Packet(17, [5, 1, 2, 3, 4, 5]), .. new ForgedSignature(Primary, 0x13, Made).Packet([9])]);
        yield return Of("user id that is no UTF-8", SignatureVerdict.Good, signed, [.. ForgedRing.Primary(Primary), .. Bytes.Packet(13, [0xFF, 0xFE]),
            .. Plain().Packet([.. Primary.Hashed, 0xB4, 0, 0, 0, 2, 0xFF, 0xFE])]);
    }

    private static IEnumerable<ForgedCase> Bindings()
    {
        var signed = GoodSub.Packet(File);
        byte[] Bound(params byte[][] bindings) => [.. ForgedRing.Ring(Primary), .. Subkey(Sub), .. bindings.SelectMany(each => each)];
        byte[] Bind(ForgedSignature signature) => Binding(Primary, Sub, signature);
        ForgedSignature Plain(uint created = Made + Day) => new(Primary, 0x18, created) { Hashed = Flags(2), Unhashed = Back(Primary, Sub) };
        yield return Of("binding", SignatureVerdict.Good, signed, Bound(Bind(Plain())));
        yield return Of("binding by SHA-1", SignatureVerdict.Good, signed, Bound(Bind(Plain() with { Hash = ForgedKey.Sha1 })));
        yield return Of("binding by MD5", UnknownKey, signed, Bound(Bind(Plain() with { Hash = ForgedKey.Md5 })), gpg: false);
        yield return Of("no binding", UnknownKey, signed, Bound(), gpg: false);
        yield return Of("binding by the subkey", UnknownKey, signed, Bound(Bind(new ForgedSignature(Sub, 0x18, Made + Day) { Hashed = Flags(2), Unhashed = Back(Primary, Sub) })), gpg: false);
        yield return Of("binding of another class", UnknownKey, signed, Bound(Bind(Plain() with { Class = 0x28 })), gpg: false);
        yield return Of("binding with a critical unknown", UnknownKey, signed, Bound(Bind(Plain() with { Hashed = [.. Flags(2), .. Bytes.Sub(101, [1], isCritical: true)] })), gpg: false);
        yield return Of("back signature hashed", SignatureVerdict.Good, signed, Bound(Bind(Plain() with { Hashed = [.. Flags(2), .. Back(Primary, Sub)], Unhashed = [] })));
        yield return Of("back signature missing", UnknownKey, signed, Bound(Bind(Plain() with { Unhashed = [] })), gpg: false);
        yield return Of("back signature by SHA-1", SignatureVerdict.Good, signed, Bound(Bind(Plain() with { Unhashed = Back(Primary, Sub, new ForgedSignature(Sub, 0x19, Made + Day) { Hash = ForgedKey.Sha1 }) })));
        yield return Of("back signature by MD5", UnknownKey, signed, Bound(Bind(Plain() with { Unhashed = Back(Primary, Sub, new ForgedSignature(Sub, 0x19, Made + Day) { Hash = ForgedKey.Md5 }) })), gpg: false);
        yield return Of("back signature of another class", UnknownKey, signed, Bound(Bind(Plain() with { Unhashed = Back(Primary, Sub, new ForgedSignature(Sub, 0x18, Made + Day)) })), gpg: false);
        yield return Of("back signature for another primary", UnknownKey, signed, Bound(Bind(Plain() with { Unhashed = Back(Stranger, Sub) })), gpg: false);
        yield return Of("back signature that is rubbish", UnknownKey, signed, Bound(Bind(Plain() with { Unhashed = Bytes.Sub(32, [4, 0x19, 1]) })), gpg: false);
        yield return Of("flags say encrypt", UnknownKey, signed, Bound(Bind(Plain() with { Hashed = Flags(12) })), gpg: false);
        yield return Of("no flags", SignatureVerdict.Good, signed, Bound(Bind(Plain() with { Hashed = [] })));
        yield return Of("newest binding says encrypt", UnknownKey, signed, Bound(Bind(Plain()), Bind(Plain(Made + Day + 9) with { Hashed = Flags(12) })), gpg: false);
        yield return Of("newest binding says sign", SignatureVerdict.Good, signed, Bound(Bind(Plain(Made + Day + 9)), Bind(Plain() with { Hashed = Flags(12) })));
        yield return Of("newest binding is broken", SignatureVerdict.Good, signed, Bound(Bind(Plain()), Plain(Made + Day + 9).Packet([1])));
        yield return Of("stolen subkey", UnknownKey, signed, [.. StrangerRing, .. Subkey(Sub), .. Binding(Stranger, Sub, new ForgedSignature(Stranger, 0x18, Made + Day) { Hashed = Flags(2), Unhashed = Back(Primary, Sub) })], gpg: false);
        yield return Of("subkey of two primaries, one a thief", SignatureVerdict.Good, signed, [.. StrangerRing, .. Subkey(Sub), .. Binding(Stranger, Sub, new ForgedSignature(Stranger, 0x18, Made + Day) { Hashed = Flags(2), Unhashed = Back(Primary, Sub) }), .. Ring], gpg: false);
        yield return Of("binding misplaced under another primary", UnknownKey, signed, [.. ForgedRing.Ring(Primary), .. StrangerRing, .. Subkey(Sub), .. Bind(Plain())], gpg: false);
        yield return Of("subkey before the primary", UnknownKey, signed, [.. Subkey(Sub), .. Bind(Plain()), .. ForgedRing.Ring(Primary)], gpg: false);
        yield return Of("self-signature of the primary is by MD5", UnknownKey, signed, [.. ForgedRing.Primary(Primary), .. UserId("A"),
            .. SelfSignature(Primary, "A", new ForgedSignature(Primary, 0x13, Made) { Hash = ForgedKey.Md5, Hashed = Flags(3) }), .. SigningSubkey(Primary, Sub)], gpg: false);
        yield return Of("primary only certifies, subkey signs", SignatureVerdict.Good, signed, [.. ForgedRing.Primary(Primary), .. UserId("A"),
            .. SelfSignature(Primary, "A", new ForgedSignature(Primary, 0x13, Made) { Hashed = Flags(1) }), .. SigningSubkey(Primary, Sub)]);
    }

    private static IEnumerable<ForgedCase> Rings()
    {
        var signed = Good.Packet(File);
        yield return Of("unknown packets in the ring", SignatureVerdict.Good, signed, [.. Bytes.Packet(60, [1]), .. Ring, .. Bytes.Packet(12, [0, 0]), .. Bytes.Packet(21, [0, 0])], gpg: false);
        yield return Of("subkey of an unknown algorithm", SignatureVerdict.Good, signed, [.. Ring, .. Bytes.Packet(14, [4, .. Bytes.Number32(Made), 99, 1, 2, 3])], gpg: false);
        yield return Of("subkey of an unknown algorithm before the one that signed", SignatureVerdict.Good, GoodSub.Packet(File),
            [.. ForgedRing.Ring(Primary), .. Bytes.Packet(14, [4, .. Bytes.Number32(Made), 99, 1, 2, 3]), .. new ForgedSignature(Primary, 0x18, Made).Packet([5]), .. SigningSubkey(Primary, Sub)], gpg: false);
        yield return Of("broken subkey before the one that signed", UnknownKey, GoodSub.Packet(File), [.. ForgedRing.Ring(Primary), .. Bytes.Packet(14, [4, 1]), .. SigningSubkey(Primary, Sub)], gpg: false);
        yield return Of("subkey whose number goes beyond its packet", UnknownKey, signed, [.. Ring, .. Bytes.Packet(14, [4, .. Bytes.Number32(Made), 1, 8, 0, 1, 2, 3])]);
        yield return Of("key of version 3 before", SignatureVerdict.Good, signed, [.. Bytes.Packet(6, [3, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1]), .. UserId("old"), .. Ring], gpg: false);
        yield return Of("key of version 6 before", SignatureVerdict.Good, signed, [.. Bytes.Packet(6, [6, 0, 0, 0, 1, 27, 0, 0, 0, 1, 1]), .. UserId("new"), .. Ring], gpg: false);
        yield return Of("broken signature in the ring", SignatureVerdict.Good, signed, [.. Ring, .. Bytes.Packet(2, [4, 0x18, 1])], gpg: false);
        yield return Of("broken key in the ring", UnknownKey, signed, [.. Bytes.Packet(6, [4, 0, 0]), .. UserId("x"), .. Ring], gpg: false);
        yield return Of("ring in two copies, each with a half", SignatureVerdict.Good, GoodSub.Packet(File), [.. ForgedRing.Ring(Primary), .. ForgedRing.Primary(Primary), .. SigningSubkey(Primary, Sub)], gpg: false);
        yield return Of("ring with zeros at its end", UnknownKey, signed, [.. Ring, 0, 0], gpg: false);
        yield return Of("ring of nothing", UnknownKey, signed, [], gpg: false);
        yield return Of("ring cut in its last packet", UnknownKey, signed, Ring[..^1], gpg: false);
        yield return Of("ring of partial lengths", UnknownKey, signed, [0xC6, 0xE1, .. Primary.Body[..2], .. Ring], gpg: false);
        yield return Of("ring that is a signature", UnknownKey, signed, signed, gpg: false);
        yield return Of("ring of text", UnknownKey, signed, "no key here"u8.ToArray(), gpg: false);
        yield return Of("ring in armor among text", SignatureVerdict.Good, signed, Encoding.ASCII.GetBytes("My key:\n\n" + Armored("PUBLIC KEY BLOCK", Ring) + "\nBye\n"));
        yield return Of("ring in armor with a wrong checksum", UnknownKey, signed, Encoding.ASCII.GetBytes(Armored("PUBLIC KEY BLOCK", Ring).Replace("\n=", "\n=A", StringComparison.Ordinal)), gpg: false);
        yield return Of("rings in armor, two blocks", SignatureVerdict.Good, signed, Encoding.ASCII.GetBytes(Armored("PUBLIC KEY BLOCK", StrangerRing) + Armored("PUBLIC KEY BLOCK", Ring)));
        yield return Of("certificate with secret keys", UnknownKey, signed, [.. Bytes.Packet(5, [.. Primary.Body, 0, 0, 0]), .. Ring[Primary.Hashed.Length..]], gpg: false);
    }

    private static IEnumerable<ForgedCase> Dates()
    {
        yield return Of("signed at the very second the key was made", SignatureVerdict.Good, (Good with { Created = Made }).Packet(File));
        yield return Of("signed a second before the key was made", Bad, (Good with { Created = Made - 1 }).Packet(File), gpg: false);
        yield return Of("signed after the primary, before the subkey was made", Bad, (GoodSub with { Created = Made + Day - 1 }).Packet(File), gpg: false);
        yield return Of("signed in 2100", Bad, (Good with { Created = 4102444800 }).Packet(File), gpg: false);
        yield return Of("signed at the end of time", Bad, (Good with { Created = uint.MaxValue }).Packet(File), gpg: false);
        yield return Of("another file, before the key was made", Bad, (Good with { Created = Made - 1 }).Packet([1]), gpg: false);
        yield return Of("lifetime ended", ExpiredSignature, (Good with { Hashed = Bytes.Sub(3, Bytes.Number32(10)) }).Packet(File));
        yield return Of("lifetime of zero", SignatureVerdict.Good, (Good with { Hashed = Bytes.Sub(3, Bytes.Number32(0)) }).Packet(File));
        yield return Of("lifetime not hashed", SignatureVerdict.Good, (Good with { Unhashed = Bytes.Sub(3, Bytes.Number32(10)) }).Packet(File));
        yield return Of("lifetime of 130 years", SignatureVerdict.Good, (Good with { Hashed = Bytes.Sub(3, Bytes.Number32(uint.MaxValue)) }).Packet(File), gpg: false);
        yield return Of("lifetime ended, another file", Bad, (Good with { Hashed = Bytes.Sub(3, Bytes.Number32(10)) }).Packet([1]));
    }

    private static IEnumerable<ForgedCase> Revocations()
    {
        const uint Revoked = Signed;
        foreach (var (reason, name, isHard) in new[] { (0, "no reason", true), (1, "superseded", false), (2, "compromised", true), (3, "retired", false), (32, "user id", true), (100, "private", true), (-1, "none given", true) })
        {
            foreach (var (when, date) in new[] { ("before", Revoked - 9), ("at", Revoked), ("after", Revoked + 9) })
            {
                var verdict = isHard || date > Revoked ? RevokedKey : SignatureVerdict.Good;
                var hashed = reason < 0 ? [] : Reason(reason);
                var byPrimary = (Good with { Created = date }).Packet(File);
                var bySubkey = (GoodSub with { Created = date }).Packet(File);
                byte[] primaryRevoked = [.. ForgedRing.Primary(Primary), .. Direct(Primary, new ForgedSignature(Primary, 0x20, Revoked) { Hashed = hashed }), .. Ring[(Primary.Hashed.Length)..]];
                byte[] subkeyRevoked = [.. ForgedRing.Ring(Primary), .. Subkey(Sub), .. Binding(Primary, Sub, new ForgedSignature(Primary, 0x28, Revoked) { Hashed = hashed }), .. SigningSubkey(Primary, Sub)[Sub.Hashed.Length..]];
                yield return Of($"primary revoked ({name}), signed {when}", verdict, byPrimary, primaryRevoked, gpg: verdict == RevokedKey);
                yield return Of($"primary revoked ({name}), subkey signed {when}", verdict, bySubkey, primaryRevoked, gpg: verdict == RevokedKey);
                yield return Of($"subkey revoked ({name}), signed {when}", verdict, bySubkey, subkeyRevoked, gpg: verdict == RevokedKey);
                yield return Of($"subkey revoked ({name}), primary signed {when}", SignatureVerdict.Good, byPrimary, subkeyRevoked);
            }
        }
        byte[] With(ForgedSignature revocation) => [.. ForgedRing.Primary(Primary), .. Direct(Primary, revocation), .. Ring[Primary.Hashed.Length..]];
        var signed = Good.Packet(File);
        yield return Of("revocation by SHA-1", RevokedKey, signed, With(new ForgedSignature(Primary, 0x20, Revoked) { Hash = ForgedKey.Sha1 }));
        yield return Of("revocation by MD5", SignatureVerdict.Good, signed, With(new ForgedSignature(Primary, 0x20, Revoked) { Hash = ForgedKey.Md5 }));
        yield return Of("revocation of version 3", RevokedKey, signed, With(new ForgedSignature(Primary, 0x20, Revoked) { Version = 3 }));
        yield return Of("revocation by a stranger", SignatureVerdict.Good, signed, [.. With(new ForgedSignature(Stranger, 0x20, Revoked)), .. StrangerRing]);
        yield return Of("revocation by a stranger in the primary's name", SignatureVerdict.Good, signed, With(new ForgedSignature(Primary, 0x20, Revoked) { Numbers = _ => [[1, 2, 3]] }));
        yield return Of("revocation with the reason not hashed", RevokedKey, (Good with { Created = Revoked - 9 }).Packet(File), With(new ForgedSignature(Primary, 0x20, Revoked) { Unhashed = Reason(1) }));
        yield return Of("two revocations, soft and hard", RevokedKey, (Good with { Created = Revoked - 9 }).Packet(File),
            [.. ForgedRing.Primary(Primary), .. Direct(Primary, new ForgedSignature(Primary, 0x20, Revoked) { Hashed = Reason(1) }), .. Direct(Primary, new ForgedSignature(Primary, 0x20, Revoked + 5) { Hashed = Reason(2) }), .. Ring[Primary.Hashed.Length..]]);
        yield return Of("revocation of the key at its end in the file", RevokedKey, signed, [.. Ring, .. Direct(Primary, new ForgedSignature(Primary, 0x20, Revoked))]);
        yield return Of("revocation of the key after its user id", RevokedKey, signed, [.. ForgedRing.Ring(Primary), .. Direct(Primary, new ForgedSignature(Primary, 0x20, Revoked)), .. SigningSubkey(Primary, Sub)]);
        yield return Of("revocation of the subkey before it in the file", RevokedKey, GoodSub.Packet(File),
            [.. ForgedRing.Ring(Primary), .. Binding(Primary, Sub, new ForgedSignature(Primary, 0x28, Revoked)), .. SigningSubkey(Primary, Sub)]);
        yield return Of("subkey bound again after its revocation", RevokedKey, (GoodSub with { Created = Signed + Day }).Packet(File),
            [.. ForgedRing.Ring(Primary), .. Subkey(Sub), .. Binding(Primary, Sub, new ForgedSignature(Primary, 0x28, Revoked)),
            .. Binding(Primary, Sub, new ForgedSignature(Primary, 0x18, Revoked + 99) { Hashed = Flags(2), Unhashed = Back(Primary, Sub) })]);
        yield return Of("revoked and the file is another", Bad, Good.Packet([1]), With(new ForgedSignature(Primary, 0x20, Revoked)));
        byte[] named = Direct(Primary, new ForgedSignature(Primary, 0x1F, Made) { Hashed = Bytes.Sub(12, [0x80, 19, .. Stranger.FingerprintBytes]) });
        byte[] revocation = Direct(Primary, new ForgedSignature(Stranger, 0x20, Revoked));
        yield return Of("revocation by the one who was named for it", RevokedKey, signed, [.. StrangerRing, .. ForgedRing.Primary(Primary), .. named, .. revocation, .. Ring[Primary.Hashed.Length..]]);
        yield return Of("revocation by the one who was named for it, who is not there", SignatureVerdict.Good, signed, [.. ForgedRing.Primary(Primary), .. named, .. revocation, .. Ring[Primary.Hashed.Length..]]);
        yield return Of("somebody named to revoke", SignatureVerdict.Good, signed, [.. StrangerRing, .. ForgedRing.Primary(Primary), .. named, .. Ring[Primary.Hashed.Length..]]);
    }

    private static IEnumerable<ForgedCase> Expiries()
    {
        const uint Life = Signed - Made;
        foreach (var (name, date, verdict) in new[] { ("before", Signed - 1, SignatureVerdict.Good), ("at", Signed, ExpiredKey), ("after", Signed + 1, ExpiredKey) })
        {
            yield return Of($"primary ends, signed {name}", verdict, (Good with { Created = date }).Packet(File), ForgedRing.Ring(Primary, more: Lifetime(Life)), gpg: verdict == ExpiredKey);
            yield return Of($"primary ends, subkey signed {name}", verdict, (GoodSub with { Created = date }).Packet(File), [.. ForgedRing.Ring(Primary, more: Lifetime(Life)), .. SigningSubkey(Primary, Sub)], gpg: verdict == ExpiredKey);
            yield return Of($"subkey ends, signed {name}", verdict, (GoodSub with { Created = date }).Packet(File), [.. ForgedRing.Ring(Primary), .. SigningSubkey(Primary, Sub, Lifetime(Life - Day))], gpg: verdict == ExpiredKey);
            yield return Of($"subkey ends, primary signed {name}", SignatureVerdict.Good, (Good with { Created = date }).Packet(File), [.. ForgedRing.Ring(Primary), .. SigningSubkey(Primary, Sub, Lifetime(Life - Day))]);
        }
        const string User = "A <a@xenkube.example>";
        byte[] Twice(byte[] first, byte[] second) => [.. ForgedRing.Primary(Primary), .. UserId(User),
            .. SelfSignature(Primary, User, new ForgedSignature(Primary, 0x13, Made) { Hashed = [.. Flags(3), .. first] }), .. SelfSignature(Primary, User, new ForgedSignature(Primary, 0x13, Made + 5) { Hashed = [.. Flags(3), .. second] })];
        var signed = Good.Packet(File);
        yield return Of("primary prolonged", SignatureVerdict.Good, signed, Twice(Lifetime(10), Lifetime(uint.MaxValue)), gpg: false);
        yield return Of("primary prolonged for ever", SignatureVerdict.Good, signed, Twice(Lifetime(10), []));
        yield return Of("primary prolonged to zero", SignatureVerdict.Good, signed, Twice(Lifetime(10), Lifetime(0)));
        yield return Of("primary shortened", ExpiredKey, signed, Twice([], Lifetime(10)));
        yield return Of("primary's end not hashed", SignatureVerdict.Good, signed, [.. ForgedRing.Primary(Primary), .. UserId(User),
            .. SelfSignature(Primary, User, new ForgedSignature(Primary, 0x13, Made) { Hashed = Flags(3), Unhashed = Lifetime(10) })]);
        byte[] Bound(byte[] first, byte[] second) => [.. ForgedRing.Ring(Primary), .. Subkey(Sub),
            .. Binding(Primary, Sub, new ForgedSignature(Primary, 0x18, Made + Day) { Hashed = [.. Flags(2), .. first], Unhashed = Back(Primary, Sub) }),
            .. Binding(Primary, Sub, new ForgedSignature(Primary, 0x18, Made + Day + 5) { Hashed = [.. Flags(2), .. second], Unhashed = Back(Primary, Sub) })];
        yield return Of("subkey prolonged", SignatureVerdict.Good, GoodSub.Packet(File), Bound(Lifetime(10), []));
        yield return Of("subkey shortened", ExpiredKey, GoodSub.Packet(File), Bound([], Lifetime(10)));
        yield return Of("expired and revoked", RevokedKey, signed, [.. ForgedRing.Primary(Primary), .. Direct(Primary, new ForgedSignature(Primary, 0x20, Signed)), .. ForgedRing.Ring(Primary, more: Lifetime(10))[Primary.Hashed.Length..]], gpg: false);
        yield return Of("expired key and expired signature", ExpiredKey, (Good with { Hashed = Bytes.Sub(3, Bytes.Number32(1)) }).Packet(File), ForgedRing.Ring(Primary, more: Lifetime(10)), gpg: false);
    }

    private static IEnumerable<ForgedCase> Several()
    {
        byte[] both = [.. Ring, .. StrangerRing];
        var good = Good.Packet(File);
        var bad = Good.Packet([1]);
        var unknown = new ForgedSignature(ForgedKey.P256(Made), 0, Signed).Packet(File);
        var weak = (Good with { Hash = ForgedKey.Sha1 }).Packet(File);
        var ended = (Good with { Hashed = Bytes.Sub(3, Bytes.Number32(10)) }).Packet(File);
        yield return Of("good, good", SignatureVerdict.Good, [.. good, .. new ForgedSignature(Stranger, 0, Signed).Packet(File)], both);
        yield return Of("bad, good", SignatureVerdict.Good, [.. bad, .. good], gpg: false);
        yield return Of("unknown, good", SignatureVerdict.Good, [.. unknown, .. good], gpg: false);
        yield return Of("weak, bad", Bad, [.. weak, .. bad], gpg: false);
        yield return Of("unknown, weak", Unsupported, [.. unknown, .. weak], gpg: false);
        yield return Of("unknown, ended", ExpiredSignature, [.. unknown, .. ended], gpg: false);
        yield return Of("weak, ended", ExpiredSignature, [.. weak, .. ended], gpg: false);
        yield return Of("good, class 40", Malformed, [.. good, .. (Good with { Class = 0x40 }).Packet(File)], gpg: false);
        yield return Of("good, version 5", SignatureVerdict.Good, [.. good, .. Bytes.Packet(2, [5, 1, 2])], gpg: false);
        yield return Of("text and binary", SignatureVerdict.Good, [.. (Good with { Class = 1, Hash = ForgedKey.Sha384 }).Packet([1]), .. good], gpg: false);
    }

    private static IEnumerable<ForgedCase> Armors()
    {
        var plain = Armored("SIGNATURE", Good.Packet(File));
        ForgedCase As(string name, SignatureVerdict verdict, string text, bool gpg = true) => Of("armor " + name, verdict, Encoding.Latin1.GetBytes(text), gpg: gpg);
        var body = plain.Split('\n')[2..^3];
        var check = plain.Split('\n')[^3];
        const string Begin = "-----BEGIN PGP SIGNATURE-----\n";
        const string End = "-----END PGP SIGNATURE-----\n";
        string Whole(string separator, int width = 64) => string.Join(separator, string.Concat(body).Chunk(width).Select(chunk => new string(chunk))) + separator;
        yield return As("plain", SignatureVerdict.Good, plain);
        yield return As("CR LF", SignatureVerdict.Good, plain.Replace("\n", "\r\n", StringComparison.Ordinal));
        yield return As("CR", SignatureVerdict.Good, plain.Replace("\n", "\r", StringComparison.Ordinal), gpg: false);
        yield return As("mixed ends", SignatureVerdict.Good, Begin + "\r\n" + string.Join("\r\n", body) + "\n" + check + "\r\n" + End);
        yield return As("blanks at line ends", SignatureVerdict.Good, plain.Replace("\n", " \t \n", StringComparison.Ordinal));
        yield return As("headers", SignatureVerdict.Good, Begin + "Version: 1\nComment: a: b\nX-Y: \nCharset: UTF-8\n\n" + string.Join('\n', body) + "\n" + check + "\n" + End, gpg: false);
        yield return As("headers that are none", SignatureVerdict.Good, Begin + "hello there\n=====\n\n" + string.Join('\n', body) + "\n" + check + "\n" + End, gpg: false);
        yield return As("one long line", SignatureVerdict.Good, Begin + "\n" + Whole("\n", 100000) + check + "\n" + End);
        yield return As("lines of one", SignatureVerdict.Good, Begin + "\n" + Whole("\n", 1) + check + "\n" + End);
        yield return As("lines of 200", SignatureVerdict.Good, Begin + "\n" + Whole("\n", 200) + check + "\n" + End);
        yield return As("text before and after", SignatureVerdict.Good, "Hello\n- -----BEGIN\n\n" + plain + "\nBye =abcd\n");
        yield return As("text in another language before", SignatureVerdict.Good, "\u00C4rger\n" + plain, gpg: false);
        yield return As("byte order mark", SignatureVerdict.Good, "\u00EF\u00BB\u00BF" + plain, gpg: false);
        yield return As("no checksum", SignatureVerdict.Good, Begin + "\n" + string.Join('\n', body) + "\n" + End);
        yield return As("no checksum, no end", SignatureVerdict.Good, Begin + "\n" + string.Join('\n', body) + "\n", gpg: false);
        yield return As("no end", SignatureVerdict.Good, Begin + "\n" + string.Join('\n', body) + "\n" + check, gpg: false);
        yield return As("half an end", SignatureVerdict.Good, Begin + "\n" + string.Join('\n', body) + "\n" + check + "\n-----END PGP", gpg: false);
        yield return As("end of another label", SignatureVerdict.Good, plain.Replace("END PGP SIGNATURE", "END PGP MESSAGE", StringComparison.Ordinal), gpg: false);
        yield return As("label MESSAGE", SignatureVerdict.Good, plain.Replace("SIGNATURE", "MESSAGE", StringComparison.Ordinal));
        yield return As("label of nothing known", Malformed, plain.Replace("SIGNATURE", "SIGNATORY", StringComparison.Ordinal), gpg: false);
        yield return As("clearsigned", Malformed, "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nan image\n" + plain, gpg: false);
        yield return As("cut in its data", Malformed, Begin + "\n" + string.Join('\n', body[..^2]), gpg: false);
        yield return As("cut in its headers", Malformed, Begin + "Version: 1", gpg: false);
        yield return As("no empty line", SignatureVerdict.Good, Begin + string.Join('\n', body) + "\n" + check + "\n" + End);
        yield return As("no empty line after headers", SignatureVerdict.Good, Begin + "Version: 1\n" + string.Join('\n', body) + "\n" + check + "\n" + End, gpg: false);
        yield return As("checksum too short", Malformed, plain.Replace(check, "=abc", StringComparison.Ordinal), gpg: false);
        yield return As("checksum of no base64", Malformed, plain.Replace(check, "=a*cd", StringComparison.Ordinal), gpg: false);
        yield return As("checksum of another", Malformed, plain.Replace(check, "=AAAA", StringComparison.Ordinal), gpg: false);
        yield return As("foreign character", Malformed, plain.Replace(body[1], body[1][..10] + "*" + body[1][10..], StringComparison.Ordinal), gpg: false);
        yield return As("two blocks", SignatureVerdict.Good, plain + plain);
        yield return As("two blocks, text between", SignatureVerdict.Good, plain + "and\n" + plain);
        yield return As("two blocks, no end of the first", SignatureVerdict.Good, plain.Replace(End, "", StringComparison.Ordinal) + plain, gpg: false);
        yield return As("a packet over two blocks", SignatureVerdict.Good, Armored("SIGNATURE", Good.Packet(File)[..99]) + Armored("SIGNATURE", Good.Packet(File)[99..]), gpg: false);
        yield return As("second block broken", Malformed, plain + plain.Replace(check, "=AAAA", StringComparison.Ordinal), gpg: false);
        yield return As("of nothing", Malformed, Begin + "\n" + End, gpg: false);
        yield return As("of a key", Malformed, Armored("PUBLIC KEY BLOCK", Ring), gpg: false);
        yield return As("of a key behind a signature", Malformed, plain + Armored("PUBLIC KEY BLOCK", Ring), gpg: false);
    }

    public static string Armored(string label, byte[] packets)
    {
        var crc = 0xB704CE;
        foreach (var octet in packets)
        {
            crc ^= octet << 16;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc << 1) ^ ((crc & 0x800000) != 0 ? 0x1864CFB : 0);
            }
        }
        var lines = Convert.ToBase64String(packets).Chunk(64).Select(chunk => new string(chunk));
        return $"-----BEGIN PGP {label}-----\n\n{string.Join('\n', lines)}\n={Convert.ToBase64String([(byte)(crc >> 16), (byte)(crc >> 8), (byte)crc])}\n-----END PGP {label}-----\n";
    }

    private static Func<byte[][], byte[][]> Add(ForgedKey key) => numbers =>
    {
        var bits = (key.Body[6] << 8) | key.Body[7];
        var modulus = new System.Numerics.BigInteger(key.Body.AsSpan(8, (bits + 7) / 8), true, true);
        return [(new System.Numerics.BigInteger(numbers[0], true, true) + modulus).ToByteArray(true, true)];
    };

    private static byte[][] Negate(byte[][] numbers)
    {
        var order = System.Numerics.BigInteger.Parse("0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber, null);
        return [numbers[0], (order - new System.Numerics.BigInteger(numbers[1], true, true)).ToByteArray(true, true)];
    }
}
