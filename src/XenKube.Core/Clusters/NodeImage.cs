using XenKube.Images;
using XenKube.Images.Signatures;

namespace XenKube.Clusters;

/// <summary>The image that node disks are made from, proven before it is poured.</summary>
/// <param name="Path">The compressed image.</param>
/// <param name="Sha512">SHA-512 of the bytes that were proven, in hexadecimal; null where verification was skipped.</param>
public sealed record NodeImage(string Path, string? Sha512)
{
    private static Remedy Import => $"Import the signer's key if you trust it: {new RemedyAction(RemedyActionKind.ImportKey, "FILE")}";

    /// <summary>Finds an image and checks its signature.</summary>
    /// <param name="directory">The XENDIR, with its store of images and its trusted keys.</param>
    /// <param name="image">A version in the store, or the path of a file; null for the newest in the store.</param>
    /// <param name="skipVerification">True to take it unproven.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ItemNotFoundException">There is no such image, or no signature of it.</exception>
    /// <exception cref="InvalidInputException">Its signature is not a good one by a trusted key.</exception>
    public static NodeImage Find(XenDirectory directory, string? image, bool skipVerification = false,
        IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var path = FindPath(directory, image);
        return new NodeImage(path, Prove(directory, path, null, skipVerification, progress, cancellationToken)?.Sha512);
    }

    /// <summary>Checks the signature of a file.</summary>
    /// <param name="directory">The XENDIR, with its trusted keys.</param>
    /// <param name="path">The file.</param>
    /// <param name="signatureFile">The file with the signature; null for the one next to the file.</param>
    /// <param name="skipVerification">True to take the file unproven.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What was found; null where nothing was checked.</returns>
    internal static ImageSignature? Prove(XenDirectory directory, string path, string? signatureFile, bool skipVerification,
        IProgress<OperationProgress>? progress, CancellationToken cancellationToken)
    {
        if (skipVerification)
        {
            return null;
        }
        if (signatureFile is null && File.Exists(path) && !File.Exists(path + ".sig") && !File.Exists(path + ".asc"))
        {
            throw new ItemNotFoundException(ErrorIds.SignatureNotFound, path, null, "there is no signature next to the image",
                $"Download it as well, or use {RemedyActionKind.SkipVerificationOption} to take the image unproven");
        }
        var signature = SignatureVerifier.Verify(path, signatureFile, new TrustStore(directory.KeysPath), progress, cancellationToken);
        if (!signature.IsTrusted)
        {
            throw new InvalidInputException(
                ErrorIds.ImageNotTrusted, path, null, signature.IsGood
                    ? "its signature is good, but by a key that is not trusted"
                    : $"its signature is not good: {signature.Verdict}{(signature.Reason is null ? "" : $" ({signature.Reason})")}",
                signature.Verdict is SignatureVerdict.Good or SignatureVerdict.UnknownKey ? Import : "Fetch the image again");
        }
        return signature;
    }

    /// <summary>The path of an image.</summary>
    /// <param name="directory">The XENDIR, with its store of images.</param>
    /// <param name="image">A version in the store, or the path of a file; null for the newest in the store.</param>
    internal static string FindPath(XenDirectory directory, string? image)
    {
        var store = new ImageStore(directory.ImagesPath);
        if (image is null)
        {
            return store.List() is [var newest, ..]
                ? newest.Path
                : throw new ItemNotFoundException(ErrorIds.ImageNotFound, directory.ImagesPath, null, "there is no image in the store",
                    $"Download one: {new RemedyAction(RemedyActionKind.GetImage, "1520.9.0")}");
        }
        if (store.Find(image) is { } stored)
        {
            return stored.Path;
        }
        return File.Exists(image)
            ? System.IO.Path.GetFullPath(image)
            : throw new ItemNotFoundException(ErrorIds.ImageNotFound, image, null,
                $"is neither a version in {directory.ImagesPath} nor a file", $"See which there are: {RemedyActionKind.ListImages}");
    }
}
