using XenKube.Files;
using XenKube.Parsing.OpenPgp;

namespace XenKube.Images.Signatures;

/// <summary>Checks detached OpenPGP signatures of files.</summary>
public static class SignatureVerifier
{
    /// <summary>Far more than any signature file has; what is larger is none.</summary>
    internal const int LargestSignatureFile = 1 << 20;

    private const int MostSignatures = 256;

    /// <summary>The worst first, for when none is good.</summary>
    private static readonly SignatureVerdict[] Order =
    [
        SignatureVerdict.Bad, SignatureVerdict.RevokedKey, SignatureVerdict.ExpiredKey, SignatureVerdict.ExpiredSignature,
        SignatureVerdict.Unsupported, SignatureVerdict.UnknownKey,
    ];

    /// <summary>Checks a file against its detached signature. The file is read once, to its last byte.</summary>
    /// <param name="file">The signed file.</param>
    /// <param name="signatureFile">The file with the signature, armored or binary; by default the file's name with <c>.sig</c>, else
    /// <c>.asc</c>.</param>
    /// <param name="keys">The keys to check by.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The verdict. A wrong, broken or unknown signature is a verdict, not an exception.</returns>
    /// <exception cref="ItemNotFoundException">One of the files is not there.</exception>
    /// <exception cref="OperationFailedException">One of the files cannot be read.</exception>
    public static ImageSignature Verify(
        string file, string? signatureFile, KeyRing keys, IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        ArgumentNullException.ThrowIfNull(keys);
        return Verify(file, signatureFile, keys, TimeProvider.System, progress, cancellationToken);
    }

    /// <summary>Checks a file by the keys of a trust store.</summary>
    /// <inheritdoc cref="Verify(string, string?, KeyRing, IProgress{OperationProgress}?, CancellationToken)"/>
    public static ImageSignature Verify(
        string file, string? signatureFile, TrustStore keys, IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return Verify(file, signatureFile, keys.OpenKeyRing(), progress, cancellationToken);
    }

    /// <summary>Checks a file as it would be checked on another day.</summary>
    internal static ImageSignature Verify(
        string file, string? signatureFile, KeyRing keys, TimeProvider clock, IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        signatureFile ??= FindSignatureFile(file);
        using var data = Open(file, ErrorIds.ImageNotFound, ErrorIds.ImageNotReadable, "there is no such file", null);
        var content = ReadSignatureFile(signatureFile);
        IReadOnlyList<OpenPgpSignature> signatures;
        try
        {
            signatures = ReadSignatures(content);
        }
        catch (OpenPgpFormatException e)
        {
            return new ImageSignature(file, signatureFile, new SignatureResult(SignatureVerdict.Malformed, Reason: e.Message), [],
                data.Length, null);
        }
        try
        {
            return Judge(file, signatureFile, data, signatures, new SignatureJudge(keys, clock.GetUtcNow()), progress, cancellationToken);
        }
        catch (IOException e)
        {
            throw new OperationFailedException(ErrorIds.ImageNotReadable, file, null, e.Message, innerException: e);
        }
    }

    /// <summary>Takes a signature file apart: signatures, to the last byte, and nothing else but what is to be ignored.</summary>
    internal static IReadOnlyList<OpenPgpSignature> ReadSignatures(ReadOnlyMemory<byte> content)
    {
        var signatures = new List<OpenPgpSignature>();
        foreach (var packet in OpenPgpPacket.ReadAll(OpenPgpArmor.Remove(content)))
        {
            if (packet.Tag is OpenPgpPacket.Marker or >= 40)
            {
                continue;
            }
            if (packet.Tag != OpenPgpPacket.Signature)
            {
                throw new OpenPgpFormatException(packet.Offset, $"a packet of type {packet.Tag} is not a signature");
            }
            var signature = OpenPgpSignature.Read(packet);
            if (signature.IsKnownVersion && signature.Class is not (0x00 or 0x01))
            {
                throw new OpenPgpFormatException(packet.Offset, $"a signature of class 0x{signature.Class:X2} is none of a file");
            }
            if (signature.IsKnownVersion && signature.Created is null)
            {
                throw new OpenPgpFormatException(packet.Offset, "the signature does not say when it was made");
            }
            signatures.Add(signature);
        }
        return signatures.Count is > 0 and <= MostSignatures ? signatures
            : throw new OpenPgpFormatException(0, signatures.Count == 0 ? "there is no signature" : "there are too many signatures");
    }

    /// <summary>The latest date of the signatures in a file; null where they cannot be read.</summary>
    /// <param name="content">The signature file.</param>
    internal static DateTime? FindDate(ReadOnlyMemory<byte> content)
    {
        try
        {
            return ReadSignatures(content).Max(signature => signature.Created) is { } made ? SigningKeyReader.ToDate(made) : null;
        }
        catch (OpenPgpFormatException)
        {
            return null;
        }
    }

    /// <summary>Tells before a long download whether the signature could end as a trusted one.</summary>
    /// <param name="content">The signature file.</param>
    /// <param name="keys">The keys.</param>
    /// <returns>Null if it could; else what stands against it.</returns>
    internal static string? FindObstacle(ReadOnlyMemory<byte> content, KeyRing keys)
    {
        try
        {
            var signatures = ReadSignatures(content);
            var judge = new SignatureJudge(keys, DateTimeOffset.UtcNow);
            var obstacles = signatures.Select(judge.FindObstacle).ToList();
            return obstacles.Contains(null) ? null : "its signature is not accepted: " + string.Join("; ", obstacles);
        }
        catch (OpenPgpFormatException e)
        {
            return "the server's file is not a signature: " + e.Message;
        }
    }

    private static ImageSignature Judge(
        string file, string signatureFile, FileStream data, IReadOnlyList<OpenPgpSignature> signatures, SignatureJudge judge,
        IProgress<OperationProgress>? progress, CancellationToken cancellationToken)
    {
        using var digester = new FileDigester();
        string? sha512 = null;
        var length = data.Length;
        if (signatures.Any(judge.NeedsFile))
        {
            digester.Need(OpenPgpHashAlgorithm.SHA512, isText: false);
            foreach (var signature in signatures.Where(judge.NeedsFile))
            {
                digester.Need(signature.HashAlgorithm, signature.Class == 0x01);
            }
            digester.Read(data, new ProgressMeter(progress, "Verifying", Path.GetFileName(file), length), cancellationToken);
            sha512 = Convert.ToHexStringLower(digester.Digest(OpenPgpHashAlgorithm.SHA512, isText: false, []));
            length = digester.Length;
        }
        var results = signatures.Select(signature => judge.Judge(signature, digester)).ToList();
        return new ImageSignature(file, signatureFile, Decide(results), results, length, sha512);
    }

    // Of good ones the first, one by a trusted key before the others; else the first of the worst.
    private static SignatureResult Decide(List<SignatureResult> results)
    {
        var good = results.Where(result => result.Verdict == SignatureVerdict.Good).ToList();
        return good.Find(result => result.Trust == SignatureTrust.Trusted) ?? good.FirstOrDefault()
            ?? results.OrderBy(result => Array.IndexOf(Order, result.Verdict)).First();
    }

    private static string FindSignatureFile(string file) =>
        !File.Exists(file + ".sig") && File.Exists(file + ".asc") ? file + ".asc" : file + ".sig";

    private static byte[] ReadSignatureFile(string path)
    {
        using var stream = Open(path, ErrorIds.SignatureNotFound, ErrorIds.SignatureNotReadable, "there is no such signature file",
            "Download the .sig file of the image, and put it next to the image");
        try
        {
            var buffer = new byte[LargestSignatureFile + 1];
            var count = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            // Too much of anything is read as no signature at all.
            return count > LargestSignatureFile ? [] : buffer[..count];
        }
        catch (IOException e)
        {
            throw new OperationFailedException(ErrorIds.SignatureNotReadable, path, null, e.Message, innerException: e);
        }
    }

    private static FileStream Open(string path, ErrorId<ItemNotFoundException> notFoundId, ErrorId<OperationFailedException> notReadableId,
        string reason, string? remedy)
    {
        try
        {
            return HostFile.OpenNamed(path);
        }
        catch (Exception e) when (e.IsMissingFile())
        {
            throw new ItemNotFoundException(notFoundId, path, null, reason, remedy);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(notReadableId, path, null, e.Message, innerException: e);
        }
    }
}
