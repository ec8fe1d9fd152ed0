using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Parsing.OpenPgp;
using XenKube.Tests.Images.Forge;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

/// <summary>Damaged signatures, keys and armor: always a verdict, never another exception, and never "good" for what was not signed.</summary>
[Trait("Kind", "Fuzz")]
public sealed class SignatureFuzzTests(ITestOutputHelper output) : IDisposable
{
    private static readonly bool IsLong = LongRun.IsAsked;
    private static readonly string[] Bases = ["algorithm-ed25519-subkey-of-rsa4096", "algorithm-dsa2048-primary", "algorithm-nistp256-subkey-of-ed25519", "weak-sha1-self-signatures", "armor-plain", "two-good-then-bad"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string> Names => [.. Bases];

    [Theory]
    [MemberData(nameof(Names))]
    public void Signature_cut_anywhere_is_malformed(string name)
    {
        var (ring, _, signature) = Load(name);
        var judge = new SignatureJudge(ring, DateTimeOffset.UtcNow);
        var armored = signature[0] == '-';
        for (var length = 0; length < signature.Length; length++)
        {
            var cut = signature[..length];
            if (Read(cut) is not { } signatures)
            {
                continue;
            }
            // What remains readable is whole: at the border of two packets, or within the lines after the armor's data.
            var whole = Read(signature)!;
            Assert.True(armored || signatures.Count < whole.Count, $"{name} cut at {length}");
            Assert.Equal(whole.Take(signatures.Count).Select(each => Convert.ToHexString(each.Packet.Body.Span)), signatures.Select(each => Convert.ToHexString(each.Packet.Body.Span)));
            Assert.All(signatures, each => judge.NeedsFile(each));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Signature_with_a_flipped_bit_is_good_only_if_nothing_that_counts_changed(string name)
    {
        var (ring, file, signature) = Load(name);
        var path = _directory.Write("file", file);
        var whole = Read(signature)!;
        var counts = new Dictionary<SignatureVerdict, int>();
        var random = new Random(1);
        foreach (var bit in IsLong ? Enumerable.Range(0, signature.Length * 8) : Enumerable.Range(0, signature.Length * 8).Where(_ => random.Next(8) == 0))
        {
            var damaged = (byte[])signature.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var result = SignatureVerifier.Verify(path, _directory.Write("sig", damaged), ring);
            counts[result.Verdict] = counts.GetValueOrDefault(result.Verdict) + 1;
            if (result.IsGood)
            {
                Assert.True(IsSame(whole, Read(damaged)!), $"{name}, bit {bit}: good, but another signature");
            }
        }
        output.WriteLine(string.Join(", ", counts.Select(pair => $"{pair.Key} {pair.Value}")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Ring_with_a_flipped_bit_gives_a_verdict_and_no_other_key(string name)
    {
        var folder = Project.Tests("corpus", "openpgp", name);
        var (file, signature, content) = (Path.Combine(folder, "file"), Path.Combine(folder, "sig"), File.ReadAllBytes(Path.Combine(folder, "key.asc")));
        content = OpenPgpArmor.Remove(content).ToArray();
        var expected = SignatureVerifier.Verify(file, signature, KeyRing.Read(content, null, isTrusted: true));
        var random = new Random(2);
        foreach (var bit in Enumerable.Range(0, content.Length * 8).Where(_ => random.Next(IsLong ? 1 : 100) == 0))
        {
            var damaged = (byte[])content.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var ring = KeyRing.Read(damaged, null, isTrusted: true);
            var result = SignatureVerifier.Verify(file, signature, ring);
            _ = ring.Keys;
            if (result.IsGood)
            {
                // A fingerprint is over the whole key, so the very key that signed must still be there.
                Assert.Equal((expected.SigningFingerprint, expected.PrimaryFingerprint), (result.SigningFingerprint, result.PrimaryFingerprint));
            }
        }
    }

    [Fact]
    public void Ring_cut_anywhere_never_binds_more_than_the_whole_one()
    {
        var key = ForgedCases.Primary;
        var subkey = ForgedCases.Sub;
        byte[] content = [.. ForgedRing.Ring(key), .. ForgedRing.SigningSubkey(key, subkey)];
        var usable = 0;
        for (var length = 0; length < content.Length; length++)
        {
            var keys = KeyRing.Read(content.AsMemory(0, length), null, isTrusted: true).Keys;
            usable += keys.Count(each => each.UserIds.Count > 0);
            Assert.All(keys, each => Assert.Equal((key.Fingerprint, 0), (each.Fingerprint, each.Subkeys.Count)));
        }
        // Whole are: key and user id, these and the bare subkey.
        Assert.Equal(2, usable);
    }

    [Fact]
    public void Rubbish_gives_a_verdict()
    {
        var random = new Random(3);
        var file = _directory.Write("file", "x");
        var ring = KeyRing.Load(Project.Tests("corpus", "openpgp", "armor-plain", "key.asc"), isTrusted: true);
        for (var i = 0; i < (IsLong ? 20000 : 1000); i++)
        {
            var bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            // A start that leads deeper: a header, a version, a class.
            byte[] content = random.Next(3) switch { 0 => bytes, 1 => [0x89, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes], _ => [.. Bytes.Packet(2, [4, 0, 1, 8, .. bytes])] };
            var result = SignatureVerifier.Verify(file, _directory.Write("sig", content), ring);
            Assert.False(result.IsGood);
            _ = KeyRing.Read(content, null, isTrusted: true).Keys;
            _ = KeyRing.Read(new byte[][] { Bytes.Packet(6, [4, .. bytes]), Bytes.Packet(13, bytes), content }.SelectMany(each => each).ToArray(), null, isTrusted: true).Keys;
        }
    }

    [Fact]
    public void Keys_that_would_keep_a_processor_busy_do_not()
    {
        // An exponent of 16,384 bits; DSA with an even modulus, a group of nothing, zeros everywhere; a point that is none.
        var huge = Enumerable.Repeat((byte)0xFF, 2048).ToArray();
        byte[][] materials =
        [
            [1, .. Bytes.Integer(huge), .. Bytes.Integer(huge)], [1, .. Bytes.Integer([]), .. Bytes.Integer([])], [1, .. Bytes.Integer([1]), .. Bytes.Integer([1])],
            [17, .. Bytes.Integer(huge), .. Bytes.Integer(huge), .. Bytes.Integer(huge), .. Bytes.Integer(huge)], [17, .. Bytes.Integer([]), .. Bytes.Integer([]), .. Bytes.Integer([]), .. Bytes.Integer([])],
            [17, .. Bytes.Integer([8]), .. Bytes.Integer([2]), .. Bytes.Integer([3]), .. Bytes.Integer([4])],
            [19, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, .. Bytes.Integer([4, .. new byte[64]])], [19, 0, .. Bytes.Integer([4])], [19, 3, 1, 2, 3, .. Bytes.Integer([4])],
            [22, 9, 0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01, .. Bytes.Integer([0x40, .. new byte[32]])],
            [22, 9, 0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01, .. Bytes.Integer([0x40, .. huge[..32]])],
            [22, 9, 0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01, .. Bytes.Integer([0x40])],
        ];
        foreach (var material in materials)
        {
            var packet = new OpenPgpPacket(6, 0, new byte[][] { [4, 0, 0, 0, 1], material }.SelectMany(each => each).ToArray());
            Assert.True(OpenPgpPublicKey.TryRead(packet, out var key));
            foreach (var numbers in new byte[][][] { [[], []], [[1], [1]], [huge, huge], [huge[..32], huge[..32]], [[.. new byte[31], 1], [.. new byte[31], 1]] })
            {
                var signature = OpenPgpSignature.Read(new OpenPgpPacket(2, 0, new byte[][] { [4, 0, material[0], 8, 0, 0, 0, 0, 0, 0], [.. numbers.SelectMany(Bytes.Integer)] }.SelectMany(each => each).ToArray()));
                Assert.False(key.Verify(signature, new byte[32]), $"{key.Name}: {Convert.ToHexString(material)}, {numbers[0].Length} bytes");
            }
        }
    }

    [Fact]
    public void Ring_of_floods_is_refused_quickly()
    {
        var key = ForgedCases.Primary;
        var signature = Bytes.Packet(2, [4, 0x13, 1, 8, 0, 0, 0, 0, 1, 1, 0, 8, 1]);
        var flood = Enumerable.Range(0, 3000).SelectMany(i => Bytes.Packet(2, [4, 0x13, 1, 8, 0, 0, 0, 0, 1, 1, 0, 16, (byte)(128 | (i >> 8)), (byte)i]));
        Assert.Contains("too many signatures", Assert.Single(KeyRing.Read(new byte[][] { ForgedRing.Primary(key), ForgedRing.UserId("A"), [.. flood] }.SelectMany(each => each).ToArray(), null, true).Problems), StringComparison.Ordinal);
        var users = Enumerable.Range(0, 5000).SelectMany(i => ForgedRing.UserId($"user {i}"));
        Assert.Contains("too many user ids", Assert.Single(KeyRing.Read(new byte[][] { ForgedRing.Primary(key), [.. users] }.SelectMany(each => each).ToArray(), null, true).Problems), StringComparison.Ordinal);
        var many = Enumerable.Repeat(signature, 1000).SelectMany(each => each).ToArray();
        Assert.Equal(SignatureVerdict.Malformed, SignatureVerifier.Verify(_directory.Write("file", "x"), _directory.Write("sig", many), KeyRing.Empty).Verdict);
    }

    private static (KeyRing Ring, byte[] File, byte[] Signature) Load(string name)
    {
        var folder = Project.Tests("corpus", "openpgp", name);
        return (KeyRing.Load(Path.Combine(folder, "key.asc"), isTrusted: true), File.ReadAllBytes(Path.Combine(folder, "file")), File.ReadAllBytes(Path.Combine(folder, "sig")));
    }

    private static IReadOnlyList<OpenPgpSignature>? Read(byte[] content)
    {
        try
        {
            return SignatureVerifier.ReadSignatures(content);
        }
        catch (OpenPgpFormatException)
        {
            return null;
        }
    }

    // Of one of the signatures what is hashed and the numbers must be as they were; the rest may not matter.
    private static bool IsSame(IReadOnlyList<OpenPgpSignature> whole, IReadOnlyList<OpenPgpSignature> damaged) => damaged.Any(each => whole.Any(original =>
        original.Trailer.SequenceEqual(each.Trailer) && original.Numbers.Select(number => Convert.ToHexString(number.Span)).SequenceEqual(each.Numbers.Select(number => Convert.ToHexString(number.Span)))));
}
