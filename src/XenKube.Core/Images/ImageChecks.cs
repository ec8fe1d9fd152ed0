using XenKube.Images.Signatures;
using XenKube.Images.Transfer;
using XenKube.Parsing.OpenPgp;

namespace XenKube.Images;

/// <summary>What is looked at in a download, beside its signature.</summary>
internal static class ImageChecks
{
    /// <summary>Refuses an image that is not the one of the release's metadata.</summary>
    public static void CheckSha256(ImageRelease release, PartialFile partial, CancellationToken cancellationToken)
    {
        if (release.Sha256 is not { } expected)
        {
            return;
        }
        using var file = partial.OpenData();
        var digest = ReleaseServer.Run(() => System.Security.Cryptography.SHA256.HashDataAsync(file, cancellationToken).AsTask());
        if (Convert.ToHexStringLower(digest) != expected)
        {
            partial.Discard();
            throw new OperationFailedException(ErrorIds.DigestMismatch, release.ImageUri.ToString(), null,
                "the image is not the one that the metadata of its release name",
                "Fetch it again, from another mirror if this happens twice");
        }
    }

    /// <summary>True for a page of a server that has no image.</summary>
    public static bool LooksLikePage(ReadOnlySpan<byte> beginning) =>
        beginning.StartsWith("<!"u8) || beginning.StartsWith("<html"u8) || beginning.StartsWith("<HTML"u8);

    /// <summary>With a clock that is slow every signature is of the future: that is said before anything is fetched.</summary>
    public static void CheckClock(string file, byte[] signature)
    {
        var now = DateTimeOffset.UtcNow;
        if (SignatureVerifier.FindDate(signature) is { } made && made > now.UtcDateTime.AddDays(1))
        {
            throw new OperationFailedException(ErrorIds.ClockWrong, file, null,
                $"this machine's clock says {Timestamp.Day(now.UtcDateTime)}, but the signature was made on {Timestamp.Day(made)}",
                "Set the clock, such as with 'date -s', and let a time service keep it; then run the same command again");
        }
    }

    /// <summary>An old image with its good signature may be offered as a newer one; the image itself says what it is.</summary>
    public static void CheckInnerVersion(ImageRelease release, PartialFile partial, IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<string> versions;
        using var disk = release.UncompressedSha256 is null ? null
            : System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        try
        {
            versions = ImageVersionReader.Read(partial.DataPath, progress, disk, cancellationToken);
            if (disk is not null && Convert.ToHexStringLower(disk.GetHashAndReset()) != release.UncompressedSha256)
            {
                partial.Discard();
                throw new OperationFailedException(ErrorIds.DigestMismatch, release.ImageUri.ToString(), null,
                    "the decompressed image is not the one that the metadata of its release name",
                    "Fetch it again, from another mirror if this happens twice");
            }
        }
        catch (CorruptImageException) when (disk is null)
        {
            // The signer signed it so; a disk made of it says where it is damaged.
            return;
        }
        if (versions.Count > 0 && !versions.Contains(release.Version))
        {
            partial.Discard();
            throw new OperationFailedException(ErrorIds.VersionMismatch, release.ImageUri.ToString(), null,
                $"the image is {string.Join(" and ", versions.Select(version => Printable.Of(version)))} according to its os-release, not {release.Version}; its signature is good, so the server offers an old image as a new one",
                $"Name another server with {RemedyActionKind.BaseUriOption}");
        }
    }

    /// <summary>Refuses an image that is too large, or for which the disk has no room.</summary>
    public static void CheckSpace(string target, RemoteContent remote)
    {
        if (remote.State.Total > RoomWatch.LargestImage)
        {
            throw new OperationFailedException(ErrorIds.FileTooLarge, target, null,
                $"the server says that it has {remote.State.Total} bytes, which is larger than any image",
                $"Name another server with {RemedyActionKind.BaseUriOption}");
        }
        var missing = (remote.State.Total ?? 0) - remote.Offset - new DriveInfo(
            Path.GetDirectoryName(Path.GetFullPath(target))!).AvailableFreeSpace;
        if (missing > 0)
        {
            throw new OperationFailedException(ErrorIds.DiskFull, target, null, $"the disk lacks {missing} bytes for it",
                "Make room, or put the images on another disk");
        }
    }

    /// <summary>Refuses an image that is not the one of its list of digests.</summary>
    public static void CheckDigest(ImageRelease release, PartialFile partial, byte[]? digests, string? sha512,
        string name, CancellationToken cancellationToken)
    {
        CheckSha256(release, partial, cancellationToken);
        if (digests is null || DigestList.FindSha512(digests, name) is not { } expected)
        {
            return;
        }
        if (sha512 is null)
        {
            using var digester = new FileDigester();
            using var file = partial.OpenData();
            digester.Need(OpenPgpHashAlgorithm.SHA512, isText: false);
            digester.Read(file, new ProgressMeter(null, "", null, 0), cancellationToken);
            sha512 = Convert.ToHexStringLower(digester.Digest(OpenPgpHashAlgorithm.SHA512, isText: false, []));
        }
        if (sha512 != expected)
        {
            partial.Discard();
            throw new OperationFailedException(ErrorIds.DigestMismatch, release.ImageUri.ToString(), null,
                "the image is not the one that its .DIGESTS lists", "Fetch it again, from another mirror if this happens twice");
        }
    }
}
