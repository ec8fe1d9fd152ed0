using XenKube.Devices;
using XenKube.Files;
using XenKube.Images;
using XenKube.Images.Transfer;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>
/// Removes images from the store, with their signatures, their decompressed caches, and what a download left. An image is in use while a
/// program has the image or its cache open, and while a node holds the release: <c>-Recreate</c> makes the disk of such a node from it.
/// </summary>
public sealed class ImageRemoval
{
    private static readonly string[] OtherEndings = [".asc", ".DIGESTS", .. PartialFile.Endings];

    private readonly XenDirectory _directory;

    /// <summary>Opens the store of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    public ImageRemoval(XenDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _directory = directory;
    }

    /// <summary>The files that belong to an image.</summary>
    /// <param name="image">The image.</param>
    public static IReadOnlyList<string> FilesOf(CoreOSImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var path = image.Path;
        string[] own = [path, image.SignaturePath, .. OtherEndings.Select(ending => path + ending)];
        return [.. own.Concat(new ImageCache(path).OwnFiles()).Where(file => HostFile.Find(file, follow: false) is not null)];
    }

    /// <summary>Removes an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="force">True to remove an image that is in use.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <exception cref="ItemInUseException">The image is in use.</exception>
    /// <exception cref="OperationFailedException">A file cannot be removed.</exception>
    public void Remove(CoreOSImage image, bool force = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var held = _directory.Lock("removal of an image", cancellationToken);
        if (!force)
        {
            RequireUnused(image);
        }
        foreach (var file in FilesOf(image))
        {
            try
            {
                // The image is first: without it, the other files are nothing.
                HostFile.Remove(file);
            }
            catch (Exception e) when (e.IsFileTrouble())
            {
                throw new OperationFailedException(ErrorIds.ImageNotRemoved, file, null, e.Message, innerException: e);
            }
        }
    }

    /// <summary>Refuses an image that is in use.</summary>
    /// <param name="image">The image.</param>
    /// <exception cref="ItemInUseException">The image is in use.</exception>
    public void RequireUnused(CoreOSImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        foreach (var file in FilesOf(image))
        {
            if (FileStatus.TryRead(file) is { IsRegularFile: true } status
                && new OpenFiles("/").Of(DeviceFamily.Of(status, new SystemFiles("/")), writing: false)
                    .Where(holder => holder.Id != Environment.ProcessId).Cast<OpenFiles.Holder?>().FirstOrDefault() is { } holder)
            {
                throw InUse(image, $"{holder} has {Path.GetFileName(file)} open", "Wait until that program has ended, or use");
            }
        }
        foreach (var node in new NodeStore(_directory).List(NodeName.Parse("*/*")))
        {
            if (GuestOfImage.TryRead(node.DiskPath) is { Distribution: { } distribution } guest && distribution == image.Distribution
                && guest.Version == image.Version)
            {
                throw InUse(image, $"the node {node} has this release, and its disk would be made again from the image",
                    "Keep the image as long as there are such nodes, or use");
            }
        }
    }

    private static ItemInUseException InUse(CoreOSImage image, string reason, string remedy) =>
        new(ErrorIds.StoredImageInUse, image.Path, null, reason, $"{remedy} {RemedyActionKind.ForceOption}");
}
