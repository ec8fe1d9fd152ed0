using XenKube.Devices;
using XenKube.Guests;
using XenKube.Images;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>Makes disks of nodes again, each at least as long as it was. Disks of one image and one length come of one decoding.</summary>
/// <param name="directory">The XENDIR, whose lock is held.</param>
internal sealed class NodeRecreator(XenDirectory directory)
{
    /// <summary>Makes the disks.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="recreation">How.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellationToken">Stops it; disks that are not done are as they were.</param>
    /// <returns>The image of each node, in their order.</returns>
    public IReadOnlyList<string> Recreate(IReadOnlyList<Node> nodes, NodeRecreation recreation, IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
    {
        var store = new NodeStore(directory);
        string[] images = [.. nodes.Select(node => ImageOf(node, recreation))];
        // All images are verified, and all disks are known to be unused, before the first disk goes.
        var proven = images.Distinct().ToDictionary(path => path, path =>
            NodeImage.Find(directory, path, recreation.SkipVerification, progress, cancellationToken));
        foreach (var node in nodes)
        {
            store.RequireUnused(node);
        }
        var domains = new XenImageUseProbe(new NodeGuests(directory).Xl);
        foreach (var group in nodes.Zip(images, (node, image) => (Node: node, Image: image, Device: DevicePath.Of(node.DiskPath)))
            .GroupBy(item => (item.Image, item.Device, item.Node.Cluster, Length: item.Device is null ? LengthOf(item.Node) : 0)))
        {
            var options = new NodeDiskOptions { Length = group.Key.Length, Domains = domains };
            var image = proven[group.Key.Image];
            if (group.Key.Device is { } device)
            {
                // A device keeps its place; until the image is on it, it has no partition table.
                NodeDiskWriter.Write(image.Path, [device], options with { Force = true, ExpectedSha512 = image.Sha512 }, progress,
                    cancellationToken);
                continue;
            }
            NodeStore.ReplaceHeld([.. group.Select(item => item.Node)], image, options, progress, cancellationToken);
        }
        return images;
    }

    private string ImageOf(Node node, NodeRecreation recreation)
    {
        if (recreation.Image is { } chosen)
        {
            return NodeImage.FindPath(directory, chosen);
        }
        var images = new ImageStore(directory.ImagesPath).List();
        var guest = GuestOfImage.TryRead(node.DiskPath);
        if (guest?.Distribution is not { } distribution)
        {
            throw new ItemNotFoundException(ErrorIds.ImageNotFound, node.DiskPath, null,
                "it is not known what is on the disk, so that no image can be chosen", $"Name the image: {RemedyActionKind.ImageOption}");
        }
        return (images.FirstOrDefault(image => image.Distribution == distribution && image.Version == guest.Version)
            ?? images.FirstOrDefault(image => image.Distribution == distribution))?.Path
            ?? throw new ItemNotFoundException(ErrorIds.ImageNotFound, directory.ImagesPath, null,
                $"the store has no image of {DistributionNames.TitleOf(distribution)}",
                $"Download one, such as by {new RemedyAction(RemedyActionKind.GetNewestImage, distribution.ToString())}, or name an image: {RemedyActionKind.ImageOption}");
    }

    private static long LengthOf(Node node) => FileStatus.TryRead(node.DiskPath)?.Size ?? 0;
}
