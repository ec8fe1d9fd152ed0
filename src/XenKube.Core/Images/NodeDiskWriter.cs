using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using XenKube.Compression.Bzip2;
using XenKube.Compression.Detection;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Images;

/// <summary>
/// Pours one image into any number of node disks: decompressed once, written to all of them, zeros left out. The image is compressed by
/// bzip2, xz, zstd or gzip, or is a raw disk, which its content says. On
/// file systems that can share blocks (XFS, Btrfs) all but the first are clones. All disks appear, complete and on stable
/// storage, or none does. Files are made with mode 0600, since Ignition may leave secrets in them. A target that is a block device
/// is written to, zeros included.
/// </summary>
public static class NodeDiskWriter
{
    private const int CopySize = 1024 * 1024;

    /// <summary>Makes node disks.</summary>
    /// <param name="image">The compressed image.</param>
    /// <param name="targets">The disks to make: files, none of which may exist, and block devices that hold nothing.</param>
    /// <param name="options">How; null for the usual.</param>
    /// <param name="progress">Is told how far the work is, in compressed bytes, at most ten times a second.</param>
    /// <param name="cancellationToken">Stops the work; then no disk appears.</param>
    /// <returns>What was made.</returns>
    /// <exception cref="ItemNotFoundException">There is no such image, or no such directory.</exception>
    /// <exception cref="ItemExistsException">A target exists; it is left alone.</exception>
    /// <exception cref="CorruptImageException">The image is damaged, or not the one that was expected.</exception>
    /// <exception cref="OperationFailedException">A disk is full or cannot be written.</exception>
    public static NodeDiskResult Write(
        string image,
        IReadOnlyList<string> targets,
        NodeDiskOptions? options = null,
        IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(image);
        ArgumentNullException.ThrowIfNull(targets);
        options ??= new NodeDiskOptions();
        NodeDiskTargets.Check(targets, options);
        var cache = new ImageCache(image);
        var files = new List<NodeDiskTarget>();
        try
        {
            foreach (var target in targets)
            {
                files.Add(NodeDiskTargets.IsDevice(target) ? DeviceTarget.Open(target, options.Domains, options.AdditionalSpace,
                    options.Force) : NewFile.Create(target, PrivateFile.OwnerOnly));
            }
            using var cached = cache.TryOpen(options.ExpectedSha512);
            return cached is not null
                ? FromCache(cached, image, files, options, progress, cancellationToken)
                : FromImage(image, options.Cache ? cache : null, files, options, progress, cancellationToken);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.ImageNotReadable, image, null, e.Message, innerException: e);
        }
        catch (XenKubeException e)
        {
            e.In(image);
            throw;
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    /// <summary>
    /// Copies a disk as it is: its blocks are shared where the file system can do that, and its holes stay holes. The copy appears
    /// complete, or not at all.
    /// </summary>
    /// <param name="disk">The disk, which nobody writes to meanwhile.</param>
    /// <param name="target">The copy, which does not exist.</param>
    /// <param name="progress">Is told how far the work is, in bytes.</param>
    /// <param name="cancellationToken">Stops the work; then no copy appears.</param>
    /// <exception cref="ItemExistsException">The target exists; it is left alone.</exception>
    /// <exception cref="OperationFailedException">The target's file system is full or cannot be written.</exception>
    internal static NodeDiskResult Copy(string disk, string target, IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
    {
        NodeDiskTargets.Check([target], new NodeDiskOptions());
        using var source = Open(disk);
        using var file = NewFile.Create(target, PrivateFile.OwnerOnly);
        return FromCache(source.SafeFileHandle, disk, [file], new NodeDiskOptions(), progress, cancellationToken);
    }

    private static NodeDiskResult FromImage(
        string image,
        ImageCache? cache,
        List<NodeDiskTarget> files,
        NodeDiskOptions options,
        IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
    {
        RefuseOtherFormats(image);
        using var input = Open(image);
        var status = FileStatus.Read(input.SafeFileHandle);
        using var kept = cache?.Create();
        var (leaders, clones) = NodeDiskTargets.Group(kept is null ? files : [kept, .. files]);
        if (!options.Force)
        {
            CheckSpace([.. leaders.OfType<NewFile>()], input, cancellationToken);
        }
        using var hash = cache is null && options.ExpectedSha512 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        var meter = new ProgressMeter(progress, "Expanding", image, status.Size);
        var sink = new NodeDiskSink(leaders);
        var decoding = new Bzip2Options { Threads = options.Threads, Hash = hash, Progress = done => meter.Report(done) };
        var size = ImageDecoder.Decode(input, sink, decoding, cancellationToken);
        var sha512 = hash is null ? "" : Convert.ToHexStringLower(hash.GetHashAndReset());
        meter.Report(status.Size, last: true);
        if (options.ExpectedSha512 is not null && !options.ExpectedSha512.Equals(sha512, StringComparison.OrdinalIgnoreCase))
        {
            throw new CorruptImageException(ErrorIds.ImageChanged, image, null, "these are not the bytes whose signature was verified",
                "Verify the image again");
        }
        NodeDiskTargets.Finish(files, leaders, clones, size, options, cancellationToken);
        if (kept is not null)
        {
            kept.SetLength(size);
            kept.Flush();
            cache!.Publish(kept, status, sha512);
        }
        NodeDiskTargets.Publish(files, options);
        return new NodeDiskResult([.. files.Select(file => file.Path)], options.LengthFor(size), sink.Written, clones.Count,
            FromCache: false);
    }

    private static NodeDiskResult FromCache(
        SafeFileHandle cached,
        string image,
        List<NodeDiskTarget> files,
        NodeDiskOptions options,
        IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
    {
        var size = RandomAccess.GetLength(cached);
        var leaders = files.Where(file => !file.TryClone(cached)).ToList();
        var extents = leaders.Count == 0 ? [] : DataExtents.Of(cached);
        var total = extents.Sum(extent => extent.Length);
        if (!options.Force)
        {
            FreeSpace.Check([.. leaders.OfType<NewFile>()], total, () => total);
        }
        files.ForEach(file => file.Require(options.LengthFor(size)));
        var meter = new ProgressMeter(progress, "Copying", image, total);
        var buffer = new byte[CopySize];
        long done = 0;
        foreach (var (start, length) in extents)
        {
            for (long at = 0; at < length;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = RandomAccess.Read(cached, buffer.AsSpan(0, (int)Math.Min(length - at, buffer.Length)), start + at);
                if (count == 0)
                {
                    throw new OperationFailedException(ErrorIds.ImageNotReadable, image, null,
                        "its decompressed copy became shorter while it was read");
                }
                leaders.ForEach(file => file.Write(start + at, buffer.AsSpan(0, count)));
                at += count;
                done += count;
                meter.Report(done);
            }
        }
        meter.Report(total, last: true);
        NodeDiskTargets.Finish(files, leaders, [], size, options, cancellationToken);
        NodeDiskTargets.Publish(files, options);
        return new NodeDiskResult([.. files.Select(file => file.Path)], options.LengthFor(size), total, files.Count - leaders.Count,
            FromCache: true);
    }

    private static void RefuseOtherFormats(string image)
    {
        if (FileStatus.TryRead(image) is not { IsRegularFile: true })
        {
            return;
        }
        using var file = FileDevice.Open(image, writable: false);
        if (ImageFormat.Recognize(file) is { } format)
        {
            if (!ImageDecoder.Formats.Any(known => CompressionFormats.NameOf(known) == format.Name))
            {
                throw format.RefusalAsRelease(image);
            }
            return;
        }
        // A file that is neither compressed nor a disk is refused, such as the page of a server that had no image.
        using var disk = DiskImage.OpenRead(image);
    }

    private static void CheckSpace(IReadOnlyList<NewFile> files, FileStream image, CancellationToken cancellationToken)
    {
        if (ImageDecoder.Recognize(image) == CompressionFormat.Bzip2)
        {
            FreeSpace.CheckCompressed(files, image, cancellationToken);
            return;
        }
        // The data is as large as the compressed file at least; the holes of a raw disk take no room.
        var least = ImageDecoder.Recognize(image) == CompressionFormat.None
            ? DataExtents.Of(image.SafeFileHandle).Sum(extent => extent.Length) : image.Length;
        FreeSpace.Check(files, least, () => least);
    }

    private static FileStream Open(string image)
    {
        try
        {
            return HostFile.OpenNamed(image);
        }
        catch (Exception e) when (e.IsMissingFile())
        {
            throw new ItemNotFoundException(ErrorIds.ImageNotFound, image, null, "there is no such image");
        }
    }
}
