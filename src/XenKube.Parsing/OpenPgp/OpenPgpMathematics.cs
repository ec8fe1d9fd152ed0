using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace XenKube.Parsing.OpenPgp;

/// <summary>
/// Checks the numbers of a signature: RSA by the platform, the rest by BouncyCastle. Keys are hostile: what would keep a
/// processor busy or cannot be a key verifies nothing.
/// </summary>
internal static class OpenPgpMathematics
{
    public static bool Verify(OpenPgpPublicKey key, OpenPgpSignature signature, ReadOnlySpan<byte> digest)
    {
        try
        {
            return key.Algorithm switch
            {
                OpenPgpKeyAlgorithm.Rsa or OpenPgpKeyAlgorithm.RsaSign => OpenPgpRsa.Verify(
                    key.Numbers[0].Span, key.Numbers[1].Span, signature.Numbers[0].Span, signature.HashAlgorithm, digest),
                OpenPgpKeyAlgorithm.Dsa => VerifyDsa(key, signature, digest),
                OpenPgpKeyAlgorithm.Ecdsa => VerifyEcdsa(key, signature, digest),
                OpenPgpKeyAlgorithm.EdDsa => VerifyEd25519(key, signature, digest),
                _ => false,
            };
        }
        catch (Exception e) when (e is ArithmeticException or ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            // BouncyCastle says in these ways that numbers are out of range, a point is not on its curve, …
            return false;
        }
    }

    private static bool VerifyDsa(OpenPgpPublicKey key, OpenPgpSignature signature, ReadOnlySpan<byte> digest)
    {
        var (p, q, g, y) = (ToInteger(key.Numbers[0]), ToInteger(key.Numbers[1]), ToInteger(key.Numbers[2]), ToInteger(key.Numbers[3]));
        var one = Org.BouncyCastle.Math.BigInteger.One;
        if (q.BitLength is < 160 or > 512 || q.BitLength % 8 != 0 || !p.TestBit(0) || !q.TestBit(0) || p.BitLength <= q.BitLength
            || p.BitLength > 8192
            || g.CompareTo(one) <= 0 || g.CompareTo(p) >= 0 || y.CompareTo(one) <= 0 || y.CompareTo(p) >= 0)
        {
            return false;
        }
        var signer = new DsaSigner();
        signer.Init(false, new DsaPublicKeyParameters(y, new DsaParameters(p, q, g)));
        return signer.VerifySignature(digest.ToArray(), ToInteger(signature.Numbers[0]), ToInteger(signature.Numbers[1]));
    }

    private static bool VerifyEcdsa(OpenPgpPublicKey key, OpenPgpSignature signature, ReadOnlySpan<byte> digest)
    {
        var point = key.Numbers[0].ToArray();
        var curve = ECNamedCurveTable.GetByName(key.Curve!.Name switch
        {
            "nistp256" => "P-256",
            "nistp384" => "P-384",
            "nistp521" => "P-521",
            var name => name,
        });
        if (curve is null || point.Length != 1 + (2 * ((key.Curve.Bits + 7) / 8)) || point[0] != 4)
        {
            return false;
        }
        var domain = new ECDomainParameters(curve.Curve, curve.G, curve.N, curve.H);
        var signer = new ECDsaSigner();
        signer.Init(false, new ECPublicKeyParameters(curve.Curve.DecodePoint(point), domain));
        return signer.VerifySignature(digest.ToArray(), ToInteger(signature.Numbers[0]), ToInteger(signature.Numbers[1]));
    }

    // The two halves are octet strings that travel as numbers and so lose leading zeros; the point has a 0x40 before it.
    private static bool VerifyEd25519(OpenPgpPublicKey key, OpenPgpSignature signature, ReadOnlySpan<byte> digest)
    {
        var point = key.Numbers[0].ToArray();
        var (r, s) = (signature.Numbers[0], signature.Numbers[1]);
        if (point.Length != 33 || point[0] != 0x40 || r.Length > 32 || s.Length > 32)
        {
            return false;
        }
        var octets = new byte[64];
        r.CopyTo(octets.AsMemory(32 - r.Length));
        s.CopyTo(octets.AsMemory(64 - s.Length));
        var signer = new Ed25519Signer();
        signer.Init(false, new Ed25519PublicKeyParameters(point, 1));
        var data = digest.ToArray();
        signer.BlockUpdate(data, 0, data.Length);
        return signer.VerifySignature(octets);
    }

    private static Org.BouncyCastle.Math.BigInteger ToInteger(ReadOnlyMemory<byte> number) => new(1, number.ToArray());
}
