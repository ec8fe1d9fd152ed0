using System.Security.Cryptography;
using XenKube.Disks;
using XenKube.Files;
using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>
/// Takes an image that was fetched by hand into the store: verified, and named after what the image itself says. Image and signature are
/// copied; the file stays as it is.
/// </summary>
public sealed class ImageImporter
{
    private const int CopySize = 1 << 20;

    private readonly XenDirectory _directory;

    /// <summary>Opens the store of a XENDIR.</summary>
    /// <param name="directory">The XENDIR, whose trusted keys count.</param>
    public ImageImporter(XenDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _directory = directory;
    }

    /// <summary>Imports an image.</summary>
    /// <param name="file">The compressed image.</param>
    /// <param name="import">How.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellationToken">Stops it; then nothing was imported.</param>
    /// <exception cref="ItemNotFoundException">The image or its signature does not exist.</exception>
    /// <exception cref="ItemExistsException">The store has another image of this name.</exception>
    /// <exception cref="InvalidInputException">The signature is not a good one by a trusted key, or the image does not say what it is.
    /// </exception>
    /// <exception cref="CorruptImageException">The image is damaged, or was changed while it was read.</exception>
    /// <exception cref="OperationFailedException">The image is of another version than it has to be, or cannot be written.</exception>
    public ImageDownload Import(string file, ImageImport import, IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        ArgumentNullException.ThrowIfNull(import);
        try
        {
            HostFile.MakeDirectory(_directory.ImagesPath);
            return ImportFile(file, import, progress, cancellationToken);
        }
        catch (XenKubeException e)
        {
            e.In(file);
            throw;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.ImageNotWritten, file, null, e.FileReason(), SystemFailure.AdviceFor(e), e);
        }
    }

    private ImageDownload ImportFile(string file, ImageImport import, IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
    {
        var proven = NodeImage.Prove(_directory, file, import.SignatureFile, import.SkipVerification, progress, cancellationToken);
        using var source = HostFile.OpenNamed(file);
        var suffix = ImageDecoder.FindSuffix(source) ?? throw new UnsupportedFeatureException(file, "image", "raw",
            $"Make nodes of the file itself ({RemedyActionKind.ImageOption}), or compress it by xz, zstd, gzip or bzip2",
            "the store holds images that are compressed by bzip2, xz, zstd or gzip");
        var (guest, sha512) = Look(source, file, progress, cancellationToken);
        if (proven is not null && proven.Sha512 != sha512)
        {
            throw Changed(file);
        }
        var name = import.Name ?? (guest?.Distribution is { } distribution ? DistributionNames.FileNameOf(distribution)
            : throw new InvalidInputException(ErrorIds.ImageReleaseUnknown, file, null,
                "the image does not say which distribution it is of", "Give name and version"));
        var version = VersionOf(file, guest, import);
        var store = new ImageStore(_directory.ImagesPath);
        var target = store.PathOf(name, version, suffix);
        if (name.Contains('/', StringComparison.Ordinal) || !ImageStore.IsImageName(target))
        {
            throw new InvalidInputException(ErrorIds.ImageNameInvalid, null, null, $"'{name}' and '{version}' cannot be in a file's name",
                "Use letters, digits, '-' and '.'");
        }
        using var held = _directory.Lock("import of an image", cancellationToken);
        var isThere = HostFile.Find(target) is not null;
        var isPresent = isThere && IsSame(target, sha512, cancellationToken);
        if (isThere && !isPresent && !import.Force)
        {
            throw new ItemExistsException(ErrorIds.ImageExists, target, null,
                "the store has another image of this name and version", $"Use {RemedyActionKind.ForceOption} to replace the image");
        }
        var signature = proven is null ? null : WholeFile.Read(proven.SignatureFile,
            SignatureVerifier.LargestSignatureFile, cancellationToken: cancellationToken);
        if (!isPresent)
        {
            using var copy = NewFile.Create(target, FileModes.ReadableByAll);
            if (Digest(source, copy, cancellationToken) != sha512)
            {
                throw Changed(file);
            }
            copy.Flush();
            if (isThere)
            {
                // Not before all of the new image is on the disk.
                HostFile.Remove(target);
            }
            if (signature is null)
            {
                HostFile.Remove(target + ".sig");
            }
            else
            {
                AtomicFile.Write(target + ".sig", signature, FileModes.ReadableByAll);
            }
            copy.Publish();
        }
        else if (signature is not null)
        {
            AtomicFile.Write(target + ".sig", signature, FileModes.ReadableByAll);
        }
        var image = ImageStore.Read(target) ?? throw new OperationFailedException(ErrorIds.ImageNotReadable, target, null, "it is gone");
        return new ImageDownload(
            image with { Signature = proven is null ? null : proven with { File = target, SignatureFile = target + ".sig" } }, isPresent,
            proven is null ? [$"{Path.GetFileName(target)}: its signature was not checked, as asked"] : []);
    }

    private static string VersionOf(string file, GuestOfImage? guest, ImageImport import)
    {
        var said = guest?.Version is { Length: > 0 } version ? version : null;
        if (import.Version is { } wanted && !ReleaseVersion.IsValid(wanted))
        {
            throw new InvalidInputException(ErrorIds.VersionInvalid, null, null, $"'{wanted}' is not a release",
                "Give a version such as 1520.9.0");
        }
        if (import.Version is { } asked && said is not null && said != asked)
        {
            throw new OperationFailedException(ErrorIds.VersionMismatch, file, null,
                $"the image is {Printable.Of(said)} according to what is on it, not {asked}", $"Leave the version out, or give {said}");
        }
        return import.Version ?? (said is not null && ReleaseVersion.IsValid(said) ? said
            : throw new InvalidInputException(ErrorIds.ImageReleaseUnknown, file, null,
                "the image does not say which release it is", "Give the version"));
    }

    /// <summary>What is on the disk, and the digest of the compressed file.</summary>
    private (GuestOfImage? Guest, string Sha512) Look(FileStream source, string file, IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        var meter = new ProgressMeter(progress, "Reading the release", Path.GetFileName(file), source.Length);
        // Nothing of the disk is left when this process ends, however it ends.
        using var disk = NewFile.Create(Path.Combine(_directory.ImagesPath, $".{Guid.NewGuid():N}.img"), PrivateFile.OwnerOnly);
        source.Position = 0;
        ImageDecoder.DecodeTo(source, disk, hash, done => meter.Report(done), cancellationToken);
        meter.Report(source.Length, last: true);
        try
        {
            using var image = DiskImage.Open(disk.OpenDevice());
            return (GuestOfImage.TryRead(image), Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        catch (XenKubeException)
        {
            // What is not a disk says nothing.
            return (null, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
    }

    private static bool IsSame(string path, string sha512, CancellationToken cancellationToken)
    {
        using var file = HostFile.Open(path);
        return Digest(file, copy: null, cancellationToken) == sha512;
    }

    /// <summary>Reads a file from its beginning, and copies it if a copy is wanted.</summary>
    private static string Digest(FileStream file, NewFile? copy, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        var buffer = new byte[CopySize];
        file.Position = 0;
        long at = 0;
        for (int count; (count = file.Read(buffer)) > 0; at += count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, count);
            copy?.Write(at, buffer.AsSpan(0, count));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static CorruptImageException Changed(string file) => new(ErrorIds.ImageChanged, file, null,
        "the file was changed while it was read", "Import it again");
}
