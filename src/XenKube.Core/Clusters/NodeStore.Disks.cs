using XenKube.Devices;
using XenKube.Files;
using XenKube.Guests;
using XenKube.Images;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>The disks of nodes, made from an image.</summary>
public sealed partial class NodeStore
{
    /// <summary>
    /// Makes node disks from one image: decoded once, written to all of them. Files are sparse; a block device is written to, and the
    /// node's
    /// disk is a link to the device. All are made, or none.
    /// </summary>
    /// <param name="cluster">Name of the cluster, which exists.</param>
    /// <param name="names">Names of the nodes.</param>
    /// <param name="image">The image, as <see cref="NodeImage.Find"/> found and proved it.</param>
    /// <param name="options">Additional space and other options of the disk.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="devices">Block devices for the disks, one for each node; null for files.</param>
    /// <param name="cancellationToken">Stops the work; nothing half-made is left.</param>
    /// <returns>The new nodes.</returns>
    /// <exception cref="ItemExistsException">One of the disks exists already, or a device holds something.</exception>
    /// <exception cref="InvalidInputException">There are not as many devices as nodes, or one of them is not a block device.</exception>
    public IReadOnlyList<Node> Create(
        string cluster,
        IReadOnlyList<string> names,
        NodeImage image,
        NodeDiskOptions options,
        IProgress<OperationProgress>? progress = null,
        IReadOnlyList<string>? devices = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(options);
        new ClusterStore(_directory).Get(cluster);
        var nodes = names.Select(name => Describe(cluster, name)).ToArray();
        using var held = _directory.Lock("making of nodes", cancellationToken);
        var links = new NodeDevices(this).Check(nodes, devices);
        var writing = options with { ExpectedSha512 = image.Sha512
            ?? options.ExpectedSha512, Domains = new XenImageUseProbe(new XlDriver()) };
        NodeDiskWriter.Write(image.Path, [.. nodes.Select((node, index) => links is null ? node.DiskPath : links[index])], writing,
            progress, cancellationToken);
        if (links is not null)
        {
            NodeDevices.Link(nodes, links);
        }
        return [.. nodes.Select(node => node with { HasDisk = true })];
    }

    /// <summary>
    /// Makes node disks again from an image, in place of those that are there: what is on these is lost. The new disks are complete
    /// before the first of the old ones goes; on any failure before that, all old disks are as they were.
    /// </summary>
    /// <inheritdoc cref="Create" path="/param|/returns"/>
    /// <exception cref="ItemInUseException">One of the disks is in use; all of them are kept.</exception>
    public IReadOnlyList<Node> Replace(string cluster, IReadOnlyList<string> names, NodeImage image, NodeDiskOptions options,
        IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(options);
        new ClusterStore(_directory).Get(cluster);
        var nodes = names.Select(name => Describe(cluster, name)).ToArray();
        using var held = _directory.Lock("making of nodes", cancellationToken);
        return ReplaceHeld(nodes, image, options, progress, cancellationToken);
    }

    /// <summary>The same for one who holds the XENDIR already.</summary>
    internal static IReadOnlyList<Node> ReplaceHeld(IReadOnlyList<Node> nodes, NodeImage image, NodeDiskOptions options,
        IProgress<OperationProgress>? progress, CancellationToken cancellationToken)
    {
        var targets = nodes.Select(UnfinishedDiskOf).ToArray();
        try
        {
            foreach (var node in nodes.Where(node => node.HasDisk))
            {
                if (DevicePath.Of(node.DiskPath) is { } device)
                {
                    throw new InvalidInputException(ErrorIds.DeviceInvalid, node.DiskPath, null,
                        $"the disk is the block device {device}, which cannot be replaced by a file",
                        "Remove the link to the device, and make the node on the device again");
                }
                RequireUnused(node.DiskPath);
            }
            // Files that an earlier run may have left when it was killed.
            Array.ForEach(targets, Delete);
            NodeDiskWriter.Write(image.Path, targets, options with { ExpectedSha512 = image.Sha512 ?? options.ExpectedSha512 }, progress,
                cancellationToken);
            for (var i = 0; i < nodes.Count; i++)
            {
                if (nodes[i].HasDisk)
                {
                    RequireUnused(nodes[i].DiskPath);
                }
                HostFile.Replace(targets[i], nodes[i].DiskPath);
            }
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.NodeDiskNotWritable, nodes[0].DiskPath, null, e.FileReason(),
                SystemFailure.AdviceFor(e), e);
        }
        finally
        {
            Array.ForEach(targets, Delete);
        }
        return [.. nodes.Select(node => node with { HasDisk = true })];
    }
}
