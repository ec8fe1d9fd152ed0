using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using XenKube.Files;

namespace XenKube.Certificates;

/// <summary>
/// A private key. Nothing of the key is ever part of a text: it goes to its file, or to the input of a program, as bytes that are
/// cleared afterwards.
/// </summary>
internal sealed class PrivateKey : IDisposable
{
    private const int LargestFile = 64 * 1024;

    private readonly AsymmetricAlgorithm _key;

    private PrivateKey(AsymmetricAlgorithm key) => _key = key;

    /// <summary>The public half.</summary>
    public PublicKey PublicKey => new(_key);

    /// <summary>What signs with it.</summary>
    public X509SignatureGenerator Signer => _key is RSA rsa
        ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1) : X509SignatureGenerator.CreateForECDsa((ECDsa)_key);

    /// <summary>Makes a key.</summary>
    public static PrivateKey Create(KeyAlgorithm algorithm)
    {
        AsymmetricAlgorithm key = algorithm == KeyAlgorithm.Rsa2048 ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            // OpenSSL makes the key when it is first needed.
            _ = new PublicKey(key);
            return new PrivateKey(key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Reads the file of a key.</summary>
    /// <param name="path">The file: PKCS#1, SEC 1 or PKCS#8 as PEM, not encrypted.</param>
    /// <returns>The key; null if there is no file.</returns>
    /// <exception cref="InvalidInputException">It is not such a key.</exception>
    public static PrivateKey? TryRead(string path)
    {
        if (WholeFile.TryRead(path, LargestFile, regularOnly: true) is not { } bytes)
        {
            return null;
        }
        try
        {
            return Parse(bytes, path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Reads a key out of bytes.</summary>
    /// <param name="pem">The PEM.</param>
    /// <param name="path">Where it is from, for the error.</param>
    /// <exception cref="InvalidInputException">It is not a key.</exception>
    public static PrivateKey Parse(ReadOnlySpan<byte> pem, string path)
    {
        var text = new char[Encoding.Latin1.GetCharCount(pem)];
        try
        {
            Encoding.Latin1.GetChars(pem, text);
            // The label PRIVATE KEY does not say which kind of key it is; EC PRIVATE KEY and RSA PRIVATE KEY do.
            return TryImport(RSA.Create(), text) ?? TryImport(ECDsa.Create(), text)
                ?? throw new InvalidInputException(ErrorIds.CertificateKeyInvalid, path, null,
                    "does not hold a private key of RSA or ECDSA as unencrypted PEM");
        }
        finally
        {
            text.AsSpan().Clear();
        }
    }

    /// <summary>Whether it is the key of a certificate.</summary>
    public bool BelongsTo(X509Certificate2 certificate) =>
        PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>A certificate of this key together with the key, as a client shows it.</summary>
    public X509Certificate2 AttachTo(X509Certificate2 certificate) =>
        _key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)_key);

    /// <summary>Writes it, for its owner alone: as PKCS#1 or SEC 1, as the guide's program does.</summary>
    public void Write(string path)
    {
        var der = _key is RSA rsa ? rsa.ExportRSAPrivateKey() : ((ECDsa)_key).ExportECPrivateKey();
        var text = PemEncoding.Write(_key is RSA ? "RSA PRIVATE KEY" : "EC PRIVATE KEY", der);
        var bytes = new byte[text.Length + 1];
        try
        {
            Encoding.ASCII.GetBytes(text, bytes);
            bytes[^1] = (byte)'\n';
            AtomicFile.Write(path, bytes, PrivateFile.OwnerOnly);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
            CryptographicOperations.ZeroMemory(bytes);
            text.AsSpan().Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static PrivateKey? TryImport(AsymmetricAlgorithm key, ReadOnlySpan<char> text)
    {
        try
        {
            key.ImportFromPem(text);
            // A public key alone is read without complaint.
            CryptographicOperations.ZeroMemory(key.ExportPkcs8PrivateKey());
            return new PrivateKey(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            return null;
        }
    }
}
