using XenKube.Devices;
using XenKube.Disks;
using XenKube.Files;
using XenKube.Guests;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>The checks before a node is renamed or copied: nothing is overwritten, and no guest has the node.</summary>
/// <param name="directory">The XENDIR, whose lock is held.</param>
internal sealed class TransferGuard(XenDirectory directory)
{
    private readonly XlDriver _xl = new NodeGuests(directory).Xl;

    /// <summary>The template of a node; null where the file of that name is the template of the cluster.</summary>
    public string? TemplateOf(Node node) =>
        node.TemplatePath == directory.Layout.ClusterTemplatePath(node.Cluster) ? null : node.TemplatePath;

    /// <summary>Refuses a name that a node, or something that is left of one, has.</summary>
    /// <exception cref="ItemExistsException">There is a file of that name.</exception>
    public void RequireFree(Node target)
    {
        var layout = directory.Layout;
        var paths = XenDirLayout.NodeExtensions.Select(extension => layout.NodePath(target.Cluster, target.Name, extension))
            .Where(path => path != layout.ClusterTemplatePath(target.Cluster))
            .Concat([target.ConfigDiskPath, target.IgnitionPath])
            .Concat(CertificatesOf(target));
        if (paths.FirstOrDefault(path => HostFile.Find(path, follow: false) is not null) is { } taken)
        {
            throw new ItemExistsException(ErrorIds.NodeExists, taken, null, "it is there already, and nothing is written over",
                "Choose another name, or move the file to another place");
        }
    }

    /// <summary>Refuses a node whose guest is not off, and a name that another guest has.</summary>
    /// <param name="node">The node.</param>
    /// <param name="config">Its guest configuration; null for none.</param>
    /// <param name="name">The name that the guest is to have.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void RequireOff(Node node, XenGuestConfig? config, string name, CancellationToken cancellationToken)
    {
        var uses = GuestUses.ReadIfXen(_xl, node.GuestConfigPath, cancellationToken);
        var own = config?.Name ?? node.GuestName;
        var domain = uses.Domains.FirstOrDefault(domain => domain.Name == own);
        if (uses.StateOf(own, domain) is var state and not XenGuestState.Halted)
        {
            var isLeft = uses.IsLeft(domain);
            throw new ItemInUseException(ErrorIds.GuestRunning, node.GuestConfigPath, null,
                $"the guest {Printable.Of(own)} {(isLeft ? $"has {GuestWords.Left}" : $"is {GuestWords.Of(state)}")}",
                isLeft ? GuestRemedies.ForEnded(node.FullName) : Stop(state, node));
        }
        if (name != own && uses.Domains.Any(domain => domain.Name == name))
        {
            throw new ItemInUseException(ErrorIds.GuestNameInUse, node.GuestConfigPath, null,
                $"there is a guest {Printable.Of(name)} already", "Choose another name");
        }
    }

    /// <summary>Refuses the name of a guest that another configuration has.</summary>
    /// <param name="name">The name.</param>
    /// <param name="own">The configurations that may have it.</param>
    public void RequireOwnName(string name, params string[] own)
    {
        foreach (var file in new NodeGuests(directory).ConfigFiles().Where(file => !own.Contains(Path.GetFullPath(file))))
        {
            if (NameOf(file) == name)
            {
                throw new ItemInUseException(ErrorIds.GuestNameInUse, file, null, $"this guest has the name {Printable.Of(name)} already",
                    "Choose another name");
            }
        }
    }

    /// <summary>Holds a node's disk, which nothing else uses; null where there is none.</summary>
    /// <exception cref="ItemInUseException">The disk is in use.</exception>
    public IDisposable? Hold(Node node)
    {
        if (FileStatus.TryRead(node.DiskPath) is not ({ IsRegularFile: true } or { IsBlockDevice: true }))
        {
            return null;
        }
        var probe = new XenImageUseProbe(_xl);
        try
        {
            return DiskImage.OpenWrite(node.DiskPath, probe);
        }
        catch (XenKubeException e) when (e is CorruptImageException or UnsupportedFeatureException)
        {
            // Whatever it holds, it has a name.
            return LockedDevice.Take(node.DiskPath, probe);
        }
    }

    /// <summary>The files of the certificates that a node has, or may have.</summary>
    public IEnumerable<string> CertificatesOf(Node node) => XenDirLayout.NodeCertificateWords.SelectMany(word => new[]
    {
        directory.Layout.NodeCertificatePath(node.Cluster, node.Name, word),
        directory.Layout.NodeCertificateKeyPath(node.Cluster, node.Name, word),
    });

    // One that cannot be read is xl's to refuse.
    private static string? NameOf(string path)
    {
        try
        {
            return XenGuestConfig.Read(path).Name;
        }
        catch (XenKubeException)
        {
            return null;
        }
    }

    private static Remedy Stop(XenGuestState state, Node node) => state switch
    {
        XenGuestState.Saved => GuestRemedies.ForActive(state),
        XenGuestState.Paused => GuestRemedies.ForPaused(node.FullName),
        XenGuestState.Crashed => GuestRemedies.ForEnded(node.FullName),
        _ => $"Stop it first: {new RemedyAction(RemedyActionKind.StopGuest, node.FullName)}",
    };
}
