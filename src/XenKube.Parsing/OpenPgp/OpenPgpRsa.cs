using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace XenKube.Parsing.OpenPgp;

/// <summary>
/// Checks RSA signatures with PKCS #1 v1.5 padding, RFC 8017 section 8.2.2. The platform does, which encodes the digest itself
/// and compares, so that only one encoding of the padding is accepted. For what a platform refuses, BouncyCastle computes the
/// power, and the comparison is the same: hashes that .NET has no name for (SHA-224, RIPEMD-160), sizes that the platform does
/// not take, SHA-1 where the system's policy forbids it (known keys have self-signatures with it; the rules about weak hashes
/// are applied elsewhere).
/// </summary>
internal static class OpenPgpRsa
{
    // OpenSSL's limits: nobody has larger numbers, and hostile ones would take seconds.
    private const int MaxModulusLength = 16384 / 8;
    private const int MaxExponentLength = 8;

    /// <summary>Checks the number of a signature against a digest.</summary>
    /// <param name="modulus">The key's modulus, big-endian, without leading zeros.</param>
    /// <param name="exponent">The key's exponent, in the same form.</param>
    /// <param name="number">The signature, in the same form.</param>
    /// <param name="hash">The algorithm that made the digest.</param>
    /// <param name="digest">The digest.</param>
    /// <returns>False for a wrong signature, and for numbers that cannot be a key.</returns>
    public static bool Verify(
        ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent, ReadOnlySpan<byte> number,
        OpenPgpHashAlgorithm hash, ReadOnlySpan<byte> digest)
    {
        if (modulus.Length is 0 or > MaxModulusLength || exponent.Length is 0 or > MaxExponentLength || number.Length > modulus.Length)
        {
            return false;
        }
        // OpenPGP drops leading zeros; PKCS #1 has exactly the length of the modulus.
        var signature = new byte[modulus.Length];
        number.CopyTo(signature.AsSpan(modulus.Length - number.Length));
        return VerifyOnPlatform(modulus, exponent, signature, hash, digest) ?? VerifyByPower(modulus, exponent, signature, hash, digest);
    }

    /// <summary>What the platform says, or null if it does not take this key or hash.</summary>
    internal static bool? VerifyOnPlatform(
        ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent, byte[] signature, OpenPgpHashAlgorithm hash, ReadOnlySpan<byte> digest)
    {
        HashAlgorithmName? name = hash switch
        {
            OpenPgpHashAlgorithm.SHA1 => HashAlgorithmName.SHA1,
            OpenPgpHashAlgorithm.SHA256 => HashAlgorithmName.SHA256,
            OpenPgpHashAlgorithm.SHA384 => HashAlgorithmName.SHA384,
            OpenPgpHashAlgorithm.SHA512 => HashAlgorithmName.SHA512,
            _ => null,
        };
        if (name is null)
        {
            return null;
        }
        try
        {
            using var rsa = RSA.Create(new RSAParameters { Modulus = modulus.ToArray(), Exponent = exponent.ToArray() });
            return rsa.VerifyHash(digest, signature, name.Value, RSASignaturePadding.Pkcs1);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    /// <summary>The same answer by one power and an exact comparison, RFC 8017 section 9.2.</summary>
    internal static bool VerifyByPower(
        ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent, byte[] signature, OpenPgpHashAlgorithm hash, ReadOnlySpan<byte> digest)
    {
        var prefix = DigestPrefix(hash);
        // Two octets of zero and one, eight of padding at least, and a zero.
        if (prefix.IsEmpty || modulus.Length < prefix.Length + digest.Length + 11)
        {
            return false;
        }
        var expected = new byte[modulus.Length];
        expected.AsSpan().Fill(0xFF);
        expected[0] = 0;
        expected[1] = 1;
        expected[^(digest.Length + prefix.Length + 1)] = 0;
        prefix.CopyTo(expected.AsSpan(expected.Length - digest.Length - prefix.Length));
        digest.CopyTo(expected.AsSpan(expected.Length - digest.Length));
        try
        {
            var engine = new RsaEngine();
            engine.Init(false, new RsaKeyParameters(false, new BigInteger(1, modulus), new BigInteger(1, exponent)));
            return new BigInteger(1, engine.ProcessBlock(signature, 0, signature.Length)).Equals(new BigInteger(1, expected));
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException or Org.BouncyCastle.Crypto.CryptoException)
        {
            // In these ways BouncyCastle says that the numbers cannot be a key (even, a small factor, …) or that the signature is
            // above the modulus.
            return false;
        }
    }

    // The DigestInfo before the digest, RFC 8017 section 9.2 note 1 and RFC 4880 section 5.2.2
    private static ReadOnlySpan<byte> DigestPrefix(OpenPgpHashAlgorithm algorithm) => algorithm switch
    {
        OpenPgpHashAlgorithm.SHA1 => [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14],
        OpenPgpHashAlgorithm.RIPEMD160 => [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x24, 0x03, 0x02, 0x01, 0x05, 0x00, 0x04, 0x14],
        OpenPgpHashAlgorithm.SHA224 =>
            [0x30, 0x2D, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04, 0x05, 0x00, 0x04, 0x1C],
        OpenPgpHashAlgorithm.SHA256 =>
            [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20],
        OpenPgpHashAlgorithm.SHA384 =>
            [0x30, 0x41, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30],
        OpenPgpHashAlgorithm.SHA512 =>
            [0x30, 0x51, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40],
        _ => [],
    };
}
