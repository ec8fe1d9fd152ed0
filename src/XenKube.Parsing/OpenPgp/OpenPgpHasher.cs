using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;

namespace XenKube.Parsing.OpenPgp;

/// <summary>
/// A running hash by its OpenPGP number: the platform's implementation where it has one, which is everything in use today,
/// and BouncyCastle's for SHA-224 and RIPEMD-160, which .NET lacks.
/// </summary>
public sealed class OpenPgpHasher : IDisposable
{
    private readonly IncrementalHash? _platform;
    private readonly IDigest? _other;

    private OpenPgpHasher(OpenPgpHashAlgorithm algorithm, IncrementalHash? platform, IDigest? other)
    {
        Algorithm = algorithm;
        _platform = platform;
        _other = other;
    }

    /// <summary>The algorithm.</summary>
    public OpenPgpHashAlgorithm Algorithm { get; }

    /// <summary>Starts a hash.</summary>
    /// <param name="algorithm">The algorithm; <see cref="IsKnown"/> must be true for it.</param>
    public static OpenPgpHasher Create(OpenPgpHashAlgorithm algorithm) => algorithm switch
    {
        OpenPgpHashAlgorithm.SHA1 => new(algorithm, IncrementalHash.CreateHash(HashAlgorithmName.SHA1), null),
        OpenPgpHashAlgorithm.SHA256 => new(algorithm, IncrementalHash.CreateHash(HashAlgorithmName.SHA256), null),
        OpenPgpHashAlgorithm.SHA384 => new(algorithm, IncrementalHash.CreateHash(HashAlgorithmName.SHA384), null),
        OpenPgpHashAlgorithm.SHA512 => new(algorithm, IncrementalHash.CreateHash(HashAlgorithmName.SHA512), null),
        OpenPgpHashAlgorithm.SHA224 => new(algorithm, null, new Sha224Digest()),
        OpenPgpHashAlgorithm.RIPEMD160 => new(algorithm, null, new RipeMD160Digest()),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };

    /// <summary>True for an algorithm that can be computed here. MD5 is not: nothing that it signs is accepted.</summary>
    /// <param name="algorithm">The algorithm.</param>
    public static bool IsKnown(OpenPgpHashAlgorithm algorithm) => algorithm is OpenPgpHashAlgorithm.SHA1 or OpenPgpHashAlgorithm.RIPEMD160
        or OpenPgpHashAlgorithm.SHA224 or OpenPgpHashAlgorithm.SHA256 or OpenPgpHashAlgorithm.SHA384 or OpenPgpHashAlgorithm.SHA512;

    /// <summary>Adds data.</summary>
    /// <param name="data">The next bytes.</param>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (_platform is not null)
        {
            _platform.AppendData(data);
            return;
        }
        _other!.BlockUpdate(data);
    }

    /// <summary>The digest of what was added so far and a trailer; the running hash stays as it is.</summary>
    /// <param name="trailer">What follows the data.</param>
    public byte[] DigestWith(ReadOnlySpan<byte> trailer)
    {
        using var copy = Clone();
        copy.Append(trailer);
        if (copy._platform is not null)
        {
            return copy._platform.GetHashAndReset();
        }
        var digest = new byte[copy._other!.GetDigestSize()];
        copy._other.DoFinal(digest);
        return digest;
    }

    /// <inheritdoc/>
    public void Dispose() => _platform?.Dispose();

    private OpenPgpHasher Clone() => new(Algorithm, _platform?.Clone(), _other switch
    {
        Sha224Digest sha224 => new Sha224Digest(sha224),
        RipeMD160Digest ripeMd160 => new RipeMD160Digest(ripeMd160),
        _ => null,
    });
}
