using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>
/// Block devices as disks of nodes: the node's <c>.img</c> is a link to the device, so that everything that works on it follows.
/// </summary>
/// <param name="store">The nodes of the XENDIR.</param>
internal sealed class NodeDevices(NodeStore store)
{
    /// <summary>Checks the devices for new nodes.</summary>
    /// <param name="nodes">The nodes, which have no disk yet.</param>
    /// <param name="devices">The devices; null for files.</param>
    /// <returns>The full paths of the devices; null for files.</returns>
    public IReadOnlyList<string>? Check(IReadOnlyList<Node> nodes, IReadOnlyList<string>? devices)
    {
        if (devices is null)
        {
            return null;
        }
        if (devices.Count != nodes.Count)
        {
            throw new InvalidInputException(ErrorIds.DeviceInvalid, null, null,
                $"there are {nodes.Count} nodes and {devices.Count} devices", "Name one device for each node, in the same order");
        }
        var users = store.List(new NodeName("*", "*")).Where(node => node.HasDisk)
            .Select(node => (node, FileIdentity.TextOf(node.DiskPath))).ToList();
        for (var i = 0; i < nodes.Count; i++)
        {
            if (FileStatus.Of(devices[i]) is not { IsBlockDevice: true })
            {
                throw new InvalidInputException(
                    ErrorIds.DeviceInvalid, devices[i], null, "it is not a block device",
                    $"Make one, as by: lvcreate --name {ShellWord.Quote(nodes[i].Name)} --size 10G VG. Without a device the disk is a file in the cluster's directory");
            }
            if (FileStatus.Of(nodes[i].DiskPath, follow: false) is not null)
            {
                throw new ItemExistsException(ErrorIds.NodeDiskExists, nodes[i].DiskPath, null, "the file exists already and is kept",
                    "Remove it or choose another name");
            }
            var identity = FileIdentity.TextOf(devices[i]);
            if (users.Find(user => user.Item2 == identity).node is { } owner)
            {
                throw new ItemInUseException(ErrorIds.DiskInUse, devices[i], null, $"it is the disk of the node {owner}",
                    "Name another device, or remove that node first");
            }
            users.Add((nodes[i], identity));
        }
        return [.. devices.Select(Path.GetFullPath)];
    }

    /// <summary>Makes the links.</summary>
    public static void Link(IReadOnlyList<Node> nodes, IReadOnlyList<string> devices)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            try
            {
                using var place = PathWalk.Find(nodes[i].DiskPath, followLast: false);
                place.Directory.MakeLink(place.Name, devices[i]);
                place.Directory.Synchronize();
            }
            catch (Exception e) when (e.IsFileTrouble())
            {
                throw new OperationFailedException(
                    ErrorIds.NodeDiskNotWritable, nodes[i].DiskPath, null,
                    $"the link to {Printable.Of(devices[i])} cannot be made: {e.Message}",
                    $"Make it: ln -s {ShellWord.Quote(devices[i])} {ShellWord.Quote(nodes[i].DiskPath)}", e);
            }
        }
    }

    /// <summary>The error about a node whose disk is not a link but a device of its own.</summary>
    public static OperationFailedException NotRemoved(Node node) =>
        new(ErrorIds.FileNotRemoved, node.DiskPath, null, "it is a block device itself, which XenKube never removes",
            "Move it to /dev, and remove the node then");
}
