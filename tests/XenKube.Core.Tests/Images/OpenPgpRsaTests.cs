using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using XenKube.Parsing.OpenPgp;
using XenKube.Tests.Support;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace XenKube.Tests.Images;

/// <summary>RSA: the platform and the power must say the same, and take no padding but the one of PKCS #1.</summary>
public sealed class OpenPgpRsaTests
{
    private static readonly byte[] Sha256Prefix =
        [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

    [Theory]
    [Trait("Kind", "Process")]
    [InlineData("rsa1024")]
    [InlineData("rsa2048")]
    [InlineData("rsa3072")]
    public void Signature_by_gpg_is_judged_alike_by_platform_and_power(string algorithm)
    {
        Tool.Need("gpg", "gpgconf");
        using var gpg = new GpgHome();
        gpg.Run("--quick-gen-key", "tester@xenkube.example", algorithm, "cert,sign", "never");
        var key = OpenPgpCertificate.ReadAll(gpg.Run("--export"))[0].PrimaryKey;
        var file = gpg.Directory.Write("file", "signed\n");
        foreach (var hash in Enum.GetValues<OpenPgpHashAlgorithm>().Where(OpenPgpHasher.IsKnown))
        {
            var written = gpg.Directory[$"{hash}.sig"];
            gpg.Run("--allow-weak-digest-algos", "--digest-algo", hash.ToString(), "--output", written, "--detach-sign", file);
            var signature = OpenPgpSignature.Read(OpenPgpPacket.ReadAll(File.ReadAllBytes(written))[0]);
            Assert.Equal(hash, signature.HashAlgorithm);
            using var hasher = OpenPgpHasher.Create(hash);
            hasher.Append(File.ReadAllBytes(file));
            var digest = hasher.DigestWith(signature.Trailer);
            var number = Pad(signature.Numbers[0].Span, key.Numbers[0].Length);

            // .NET has no name for these two; all others the platform itself must judge.
            bool? onPlatform = hash is OpenPgpHashAlgorithm.SHA224 or OpenPgpHashAlgorithm.RIPEMD160 ? null : true;
            Assert.Equal(
                (hash, onPlatform),
                (hash, OpenPgpRsa.VerifyOnPlatform(key.Numbers[0].Span, key.Numbers[1].Span, number, hash, digest)));
            Assert.True(OpenPgpRsa.VerifyByPower(key.Numbers[0].Span, key.Numbers[1].Span, number, hash, digest), $"{hash}");
            Assert.True(key.Verify(signature, digest), $"{hash}");
            for (var bit = 0; bit < digest.Length * 8; bit += 13)
            {
                var other = (byte[])digest.Clone();
                other[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(key.Verify(signature, other), $"{hash}, bit {bit} of the digest");
                Assert.False(
                    OpenPgpRsa.VerifyByPower(key.Numbers[0].Span, key.Numbers[1].Span, number, hash, other),
                    $"{hash}, bit {bit} of the digest");
            }
        }
    }

    // A modulus need not fill its octets, nor have the even length that key generators give it.
    [Theory]
    [InlineData(512)]
    [InlineData(767)]
    [InlineData(1023)]
    [InlineData(1025)]
    [InlineData(1031)]
    [InlineData(2047)]
    public void Key_of_an_odd_size_verifies_its_signatures_alone(int bits)
    {
        var key = Generate(bits, 65537);
        var digest = SHA256.HashData("signed"u8);
        var signature = key.Power(Encode(key.Length, [.. Sha256Prefix, .. digest]));

        Assert.True(key.Verify(signature, digest));
        Assert.False(key.Verify(signature, SHA256.HashData("other"u8)));
        for (var place = 0; place < signature.Length; place += 7)
        {
            var flipped = (byte[])signature.Clone();
            flipped[place] ^= 0x10;
            Assert.False(key.Verify(flipped, digest), $"octet {place}");
        }
        // What OpenPGP drops, and what nobody may add: leading zeros, and the modulus.
        Assert.True(key.Verify(signature.AsSpan().TrimStart((byte)0), digest));
        Assert.False(key.Verify(new BigInteger(1, signature).Add(key.Modulus).ToByteArrayUnsigned(), digest));
    }

    // Each of these passed one verifier or another once; with the exponent 3 it can be made without the private key.
    [Theory]
    [InlineData(1024, "garbage after the digest")]
    [InlineData(1024, "garbage in place of padding")]
    [InlineData(1024, "no NULL in the DigestInfo")]
    [InlineData(1024, "long form of a length")]
    [InlineData(1024, "padding of another octet")]
    [InlineData(1024, "block type 2")]
    [InlineData(1024, "first octet not zero")]
    [InlineData(1024, "no zero after the padding")]
    [InlineData(1024, "digest without DigestInfo")]
    [InlineData(1024, "other hash in the DigestInfo")]
    [InlineData(1024, "digest cut short")]
    [InlineData(488, "padding of seven octets")]
    [InlineData(480, "padding of six octets")]
    public void Padding_that_is_not_exactly_that_of_the_standard_is_refused(int bits, string fault)
    {
        var key = Generate(bits, 3);
        var digest = SHA256.HashData("signed"u8);
        byte[] info = [.. Sha256Prefix, .. digest];
        var right = fault.StartsWith("padding of s", StringComparison.Ordinal) ? null : Encode(key.Length, info);
        byte[] wrong = fault switch
        {
            "garbage after the digest" =>
                [0, 1, .. Enumerable.Repeat((byte)0xFF, 8), 0, .. info, .. new byte[key.Length - info.Length - 11]],
            "garbage in place of padding" => [0, 1, 0xFF, 0xFF, .. Enumerable.Repeat((byte)0x42, key.Length - info.Length - 5), 0, .. info],
            "no NULL in the DigestInfo" => Encode(key.Length, [0x30, 0x2F, 0x30, 0x0B, .. Sha256Prefix[4..15], 0x04, 0x20, .. digest]),
            "long form of a length" => Encode(key.Length, [0x30, 0x81, .. info[1..]]),
            "padding of another octet" => Change(right!, 20, 0xFE),
            "block type 2" => Change(right!, 1, 2),
            "first octet not zero" => Change(right!, 0, 1)[..],
            "no zero after the padding" => Change(right!, key.Length - info.Length - 1, 0xFF),
            "digest without DigestInfo" => Encode(key.Length, digest),
            "other hash in the DigestInfo" => Encode(key.Length, [.. Sha256Prefix[..14], 0x02, .. Sha256Prefix[15..], .. digest]),
            "digest cut short" => Encode(key.Length, [.. Sha256Prefix[..^1], 0x1F, .. digest[..31]]),
            _ => Encode(key.Length, info),
        };
        if (right is not null)
        {
            Assert.True(key.Verify(key.Power(right), digest));
        }
        // The signature opens to this block, so that the verifiers refuse the block and nothing else.
        var signature = key.Power(wrong);
        Assert.Equal(new BigInteger(1, wrong), new BigInteger(1, signature).ModPow(key.Exponent, key.Modulus));

        Assert.False(key.Verify(signature, digest));
        Assert.NotEqual(
            true,
            OpenPgpRsa.VerifyOnPlatform(key.ModulusBytes, key.ExponentBytes, signature, OpenPgpHashAlgorithm.SHA256, digest));
        Assert.False(OpenPgpRsa.VerifyByPower(key.ModulusBytes, key.ExponentBytes, signature, OpenPgpHashAlgorithm.SHA256, digest));
    }

    [Theory]
    [InlineData("modulus of nothing")]
    [InlineData("even modulus")]
    [InlineData("modulus of one")]
    [InlineData("exponent of nothing")]
    [InlineData("exponent of nine octets")]
    [InlineData("modulus of 16392 bits")]
    public void Numbers_that_are_not_a_key_verify_nothing(string fault)
    {
        var digest = SHA256.HashData("signed"u8);
        byte[] block = Encode(256, [.. Sha256Prefix, .. digest]);
        byte[] large = [0xFF, .. Enumerable.Repeat((byte)0x55, 255)];
        // With the exponent 1 the signature would be the padded digest itself.
        var (modulus, exponent) = fault switch
        {
            "modulus of nothing" => (Array.Empty<byte>(), new byte[] { 1 }),
            "even modulus" => ([.. large[..255], 0x54], [3]),
            "modulus of one" => ([1], [1]),
            "exponent of nothing" => (large, []),
            "exponent of nine octets" => (large, [1, 0, 0, 0, 0, 0, 0, 0, 1]),
            _ => ([0xFF, .. Enumerable.Repeat((byte)0x55, 2048)], new byte[] { 1 }),
        };
        Assert.False(OpenPgpRsa.Verify(modulus, exponent, block.AsSpan(1), OpenPgpHashAlgorithm.SHA256, digest));
        Assert.False(OpenPgpRsa.Verify(modulus, exponent, [], OpenPgpHashAlgorithm.SHA256, digest));
    }

    private static byte[] Encode(int length, byte[] info) => [0, 1, .. Enumerable.Repeat((byte)0xFF, length - info.Length - 3), 0, .. info];

    private static byte[] Change(byte[] block, int place, byte value)
    {
        var changed = (byte[])block.Clone();
        changed[place] = value;
        return changed;
    }

    private static byte[] Pad(ReadOnlySpan<byte> number, int length) => [.. new byte[length - number.Length], .. number];

    private static TestKey Generate(int bits, int exponent)
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(BigInteger.ValueOf(exponent), new Org.BouncyCastle.Security.SecureRandom(), bits, 100));
        return new TestKey((RsaPrivateCrtKeyParameters)generator.GenerateKeyPair().Private);
    }

    private sealed class GpgHome : IDisposable
    {
        private readonly string _home;

        public GpgHome()
        {
            _home = Directory["home"];
            System.IO.Directory.CreateDirectory(_home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        public TemporaryDirectory Directory { get; } = new();

        public byte[] Run(params string[] arguments) =>
            Tool.Run("gpg", ["--batch", "--quiet", "--homedir", _home, "--pinentry-mode", "loopback", "--passphrase", "", .. arguments]).ShouldSucceed().OutputBytes;

        public void Dispose()
        {
            Tool.Run("gpgconf", "--homedir", _home, "--kill", "all");
            Directory.Dispose();
        }
    }

    private sealed class TestKey(RsaPrivateCrtKeyParameters key)
    {
        public BigInteger Modulus => key.Modulus;

        public BigInteger Exponent => key.PublicExponent;

        public byte[] ModulusBytes { get; } = key.Modulus.ToByteArrayUnsigned();

        public byte[] ExponentBytes { get; } = key.PublicExponent.ToByteArrayUnsigned();

        public int Length => ModulusBytes.Length;

        public byte[] Power(byte[] block) => Pad(new BigInteger(1, block).ModPow(key.Exponent, key.Modulus).ToByteArrayUnsigned(), Length);

        public bool Verify(ReadOnlySpan<byte> signature, byte[] digest) =>
            OpenPgpRsa.Verify(ModulusBytes, ExponentBytes, signature, OpenPgpHashAlgorithm.SHA256, digest);
    }
}
