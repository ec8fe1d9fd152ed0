using XenKube.Files;
using XenKube.Images.Signatures;
using XenKube.Images.Transfer;
using XenKube.Posix;

namespace XenKube.Images;

/// <summary>
/// Brings images into the store. A download goes on where it broke off, as long as the server's file is still the same;
/// the image gets its final name only when its signature is good and by a trusted key.
/// </summary>
public sealed class ImageDownloader
{
    private const int LargestSignature = 1 << 20;
    private const int LargestDigests = 64 << 10;

    private readonly ReleaseServer _server;
    private readonly ImageStore _store;
    private readonly TrustStore _keys;

    /// <summary>Creates a downloader.</summary>
    /// <param name="server">Where from.</param>
    /// <param name="store">Where to.</param>
    /// <param name="keys">The keys whose signatures count.</param>
    public ImageDownloader(ReleaseServer server, ImageStore store, TrustStore keys)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keys);
        (_server, _store, _keys) = (server, store, keys);
    }

    /// <summary>Downloads an image with its signature, and verifies it. An image that is there already is verified, not fetched.</summary>
    /// <param name="release">The release, from the same server's <see cref="ReleaseServer.Resolve"/> or
    /// <see cref="ReleaseServer.Find"/>.</param>
    /// <param name="skipVerification">True to take the image unproven; the result then carries a warning.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellationToken">Stops it; what has come so far is kept for the next time.</param>
    /// <exception cref="ItemNotFoundException">The server has no such image, or no signature of it.</exception>
    /// <exception cref="ItemInUseException">Another process is downloading the same image.</exception>
    /// <exception cref="OperationFailedException">The download failed for good, or the image is not what its signer signed.</exception>
    public ImageDownload Download(ImageRelease release, bool skipVerification = false, IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(release);
        release = _server.Complete(release, cancellationToken);
        var target = _store.PathOf(FindName(), release.Version, _server.Suffix);
        try
        {
            HostFile.MakeDirectory(_store.Directory);
            using var partial = PartialFile.Open(target);
            var keys = _keys.OpenKeyRing();
            return File.Exists(target)
                ? Present(release, partial, keys, skipVerification, progress, cancellationToken)
                : Fetch(release, partial, keys, skipVerification, progress, cancellationToken);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.ImageNotWritten, target, null, e.FileReason(), SystemFailure.AdviceFor(e), e);
        }
    }

    private ImageDownload Fetch(ImageRelease release, PartialFile partial, KeyRing keys, bool skipVerification,
        IProgress<OperationProgress>? progress, CancellationToken cancellationToken)
    {
        var signature = ReadSignature(release, required: !skipVerification, cancellationToken);
        ImageChecks.CheckClock(release.SignatureUri.ToString(), signature);
        if (!skipVerification && SignatureVerifier.FindObstacle(signature, keys) is { } obstacle)
        {
            // Known before a few hundred megabytes are fetched.
            throw new OperationFailedException(ErrorIds.SignerNotTrusted, release.SignatureUri.ToString(), null,
                $"{obstacle}; nothing was downloaded", KeyRemedy(null));
        }
        CheckSaidVersion(release, cancellationToken);
        var digests = ReleaseServer.Run(() => _server.Transport.ReadSmallAsync(_server.PathOf(release) + ".DIGESTS", LargestDigests,
            cancellationToken, isOptional: true));
        ReleaseServer.Run(async () =>
        {
            await TransferAsync(release, partial, progress, cancellationToken).ConfigureAwait(false);
            return true;
        });
        partial.WriteSignature(signature);
        var result = skipVerification ? null : SignatureVerifier.Verify(partial.DataPath, partial.SignaturePath, keys, progress,
            cancellationToken);
        ImageChecks.CheckDigest(release, partial, digests, result?.Sha512, _server.Options.EffectiveImageName, cancellationToken);
        if (result is { IsTrusted: false })
        {
            if (result.Verdict is not (SignatureVerdict.Good or SignatureVerdict.UnknownKey))
            {
                partial.Discard();
            }
            throw Refuse(release.ImageUri.ToString(), result,
                "It was not put into the store; fetch it again, from another mirror if this happens twice");
        }
        if (result is not null)
        {
            ImageChecks.CheckInnerVersion(release, partial, progress, cancellationToken);
        }
        var warnings = FindStepBack(release, partial.Target);
        partial.Complete(hasSignature: signature.Length > 0);
        var download = Describe(partial.Target, result, wasPresent: false);
        return download with { Warnings = [.. download.Warnings, .. warnings] };
    }

    private ImageDownload Present(ImageRelease release, PartialFile partial, KeyRing keys, bool skipVerification,
        IProgress<OperationProgress>? progress, CancellationToken cancellationToken)
    {
        if (skipVerification)
        {
            return Describe(partial.Target, null, wasPresent: true);
        }
        var hadSignature = File.Exists(partial.Target + ".sig");
        if (!hadSignature)
        {
            partial.WriteSignature(ReadSignature(release, required: true, cancellationToken));
        }
        ImageChecks.CheckClock(partial.Target, WholeFile.Read(hadSignature ? partial.Target + ".sig" : partial.SignaturePath,
            SignatureVerifier.LargestSignatureFile, regularOnly: true, cancellationToken: cancellationToken));
        var result = SignatureVerifier.Verify(partial.Target, hadSignature
            ? partial.Target + ".sig" : partial.SignaturePath, keys, progress, cancellationToken);
        if (!result.IsTrusted)
        {
            throw Refuse(partial.Target, result, "It has been in the store before; remove it to fetch it again");
        }
        if (!hadSignature)
        {
            partial.CompleteSignature();
        }
        return Describe(partial.Target, result, wasPresent: true);
    }

    private async Task TransferAsync(ImageRelease release, PartialFile partial, IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
    {
        var retry = _server.Transport.Retry;
        var (failures, breaks) = (0, 0);
        while (true)
        {
            var before = partial.Length;
            try
            {
                await TransferOnceAsync(release, partial, retry, progress, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TransferBrokenException e)
            {
                failures = partial.Length > before && !e.IsSlow ? 1 : failures + 1;
                if (retry.IsOver(failures, e) || ++breaks >= retry.MostBreaks)
                {
                    throw _server.Transport.GiveUp(release.ImageUri.ToString(), e, partial.State);
                }
                await Task.Delay(retry.DelayAfter(failures, e.RetryAfter), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task TransferOnceAsync(ImageRelease release, PartialFile partial, RetryPolicy retry,
        IProgress<OperationProgress>? progress, CancellationToken cancellationToken)
    {
        if (partial.State is { Total: { } whole } && whole == partial.Length && whole > 0)
        {
            return; // all of it had come; whether it is right, the signature tells
        }
        using var remote = await _server.Transport.OpenAsync(_server.PathOf(release), partial.Length, partial.State, cancellationToken)
            .ConfigureAwait(false);
        ImageChecks.CheckSpace(partial.Target, remote);
        partial.Begin(remote.State, remote.Offset);
        var rate = new TransferRate(retry);
        var room = new RoomWatch(partial.Target, remote.Offset);
        var meter = new ProgressMeter(progress, "Downloading", Path.GetFileName(partial.Target), remote.State.Total ?? -1, remote.Offset);
        var buffer = new byte[1 << 17];
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        while (true)
        {
            int count;
            try
            {
                silence.CancelAfter(retry.Silence);
                count = await remote.Stream.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested
                && e is IOException or HttpRequestException or System.Net.Sockets.SocketException or OperationCanceledException)
            {
                throw new TransferBrokenException(e is OperationCanceledException
                    ? "the server fell silent" : $"the connection broke: {e.Message}", null, e);
            }
            if (count == 0)
            {
                break;
            }
            if (partial.Length + count > (remote.State.Total ?? long.MaxValue))
            {
                throw new OperationFailedException(ErrorIds.ServerReplyInvalid, release.ImageUri.ToString(), null,
                    "the server sends more than it said");
            }
            if (partial.Length == 0 && ImageChecks.LooksLikePage(buffer.AsSpan(0, count)))
            {
                throw new OperationFailedException(ErrorIds.ServerReplyInvalid, release.ImageUri.ToString(), null,
                    "the reply is a web page, not the image: the network's log-in page (captive portal), or a proxy's",
                    "Open any http page from this network and log in, then run the same command again");
            }
            if (remote.State.Total is null && room.FindEnd(partial.Length + count) is { } end)
            {
                partial.Discard();
                throw new OperationFailedException(end.IsFull ? ErrorIds.DiskFull : ErrorIds.FileTooLarge, release.ImageUri.ToString(),
                    null, end.Reason,
                    $"Name another server with {RemedyActionKind.BaseUriOption}: this one does not say how large the image is");
            }
            partial.Append(buffer.AsSpan(0, count));
            rate.Add(count);
            meter.Report(partial.Length);
        }
        if (partial.Length < (remote.State.Total ?? 0))
        {
            throw new TransferBrokenException("the connection ended early");
        }
        meter.Report(partial.Length, last: true);
    }

    private byte[] ReadSignature(ImageRelease release, bool required, CancellationToken cancellationToken)
    {
        var signature = ReleaseServer.Run(() => _server.Transport.ReadSmallAsync(_server.PathOf(release) + ".sig", LargestSignature,
            cancellationToken));
        return signature ?? (required
            ? throw new ItemNotFoundException(ErrorIds.ReleaseFileNotFound, release.SignatureUri.ToString(), null, "there is no such file",
                $"Check version, channel, board and image name, or name another server with {RemedyActionKind.BaseUriOption}")
            : []);
    }

    private OperationFailedException Refuse(string file, ImageSignature result, string remedy) => result.Verdict switch
    {
        SignatureVerdict.Good => new OperationFailedException(ErrorIds.SignerNotTrusted, file, null,
            $"the signature is good, but its key {result.PrimaryFingerprint} \"{result.SignerUserId}\" is not trusted",
            KeyRemedy(result.PrimaryFingerprint)),
        SignatureVerdict.UnknownKey => new OperationFailedException(ErrorIds.SignerNotTrusted, file, null, result.Reason
            ?? "there is no key for its signature", KeyRemedy(result.PrimaryFingerprint)),
        _ => new OperationFailedException(ErrorIds.SignatureNotGood, file, null, $"its signature is {result.Verdict}: {result.Reason}",
            remedy),
    };

    private Remedy KeyRemedy(string? fingerprint)
    {
        var known = KnownKey.All.FirstOrDefault(key => key.Fingerprint == fingerprint)
            ?? KnownKey.Find(_server.Options.Distribution == ImageDistribution.FedoraCoreOS ? "Fedora"
                : _server.Options.Distribution.ToString());
        return KeyRenewal.Advise(known, known is null ? null : _keys.List().FirstOrDefault(key => key.Fingerprint == known.Fingerprint));
    }

    // coreos-VERSION and flatcar-VERSION are the usual Xen images for amd64; anything else says what it is.
    private string FindName()
    {
        var options = _server.Options;
        var name = options.ImageName is null || options.ImageName == (options with { ImageName = null }).EffectiveImageName ? options.Prefix
            : options.ImageName.EndsWith(ImageStore.Suffix, StringComparison.Ordinal) ? options.ImageName[..^ImageStore.Suffix.Length]
            : throw new InvalidInputException(ErrorIds.ImageNameInvalid, options.ImageName, null,
                $"cannot be expanded: its name does not end in {ImageStore.Suffix}");
        return options.Board == "amd64-usr" ? name : $"{name}-{options.Board.Replace("-usr", "", StringComparison.Ordinal)}";
    }

    /// <summary>What the server says of a release, where it says something.</summary>
    private void CheckSaidVersion(ImageRelease release, CancellationToken cancellationToken)
    {
        if (_server.ReadSaidVersion(release, cancellationToken) is { } said && said != release.Version)
        {
            throw new OperationFailedException(ErrorIds.VersionMismatch, release.ImageUri.ToString(), null,
                $"the server's version.txt of this release says {said}",
                $"Name another server with {RemedyActionKind.BaseUriOption}, or ask for {said}");
        }
    }

    /// <summary>A server whose current release is older than what was fetched before may hold updates back.</summary>
    private IEnumerable<string> FindStepBack(ImageRelease release, string target)
    {
        if (!release.IsCurrent)
        {
            return [];
        }
        var newest = _store.List().Where(image => image.Path != target && image.Name == FindName()).Select(image => image.Version)
            .FirstOrDefault(version => ReleaseVersion.Compare(version, release.Version) > 0);
        return newest is null
            ? [] : [$"{release.Version} is the server's current release, and older than {newest}, which is in the store already"];
    }

    private static ImageDownload Describe(string path, ImageSignature? result, bool wasPresent)
    {
        var image = ImageStore.Read(path) ?? throw new OperationFailedException(ErrorIds.ImageNotReadable, path, null, "it is gone");
        // The check saw the file under its partial name.
        var signature = result is null ? null : result with { File = path, SignatureFile = path + ".sig" };
        return new ImageDownload(image with { Signature = signature }, wasPresent,
            result is null ? [$"{Path.GetFileName(path)}: its signature was not checked, as asked"] : []);
    }
}
