using XenKube.Devices;
using XenKube.Disks;
using XenKube.Files;
using XenKube.FileSystems.Ext;
using XenKube.Guests;
using XenKube.Images;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>
/// Copies a node: disk, config or template, guest configuration. The copy has a name, an address and an identity of its own: no guest sees
/// it twice. It boots like a new node, by a config that its first refresh publishes. The disk gets its name last: a copy that was killed
/// begins again with the same command, which removes the files that the first run left.
/// </summary>
public sealed class NodeCopier
{
    private readonly XenDirectory _directory;
    private readonly TransferGuard _guard;

    /// <summary>Opens the nodes of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    public NodeCopier(XenDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        (_directory, _guard) = (directory, new TransferGuard(directory));
    }

    /// <summary>Copies a node.</summary>
    /// <param name="node">The node, whose guest is off.</param>
    /// <param name="name">The copy, in this cluster or in another one.</param>
    /// <param name="progress">Told how far the disk is, or null.</param>
    /// <param name="cancellationToken">Stops the work; nothing half-made is left.</param>
    /// <exception cref="ItemExistsException">There is a node of that name, or a file of one; nothing was changed.</exception>
    /// <exception cref="ItemInUseException">The guest is not off, or its disk is in use.</exception>
    /// <exception cref="ItemNotFoundException">The node has no disk, there is no such cluster, or no reservation is left.</exception>
    /// <exception cref="UnsupportedFeatureException">The identity of the copy cannot be made another one.</exception>
    public NodeTransfer Copy(Node node, NodeName name, IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        _directory.RequireOwn(node);
        using var held = _directory.Lock($"copy of the node {node.FullName}", cancellationToken);
        new ClusterStore(_directory).Require(name.Cluster);
        ClusterStore.RequireNoLink(_directory, name.Cluster);
        var copy = new NodeStore(_directory).Describe(name.Cluster, name.Node) with { ConfigSource = node.ConfigSource };
        var transfer = new UnfinishedTransfer(IsRename: false, new(node.Cluster, node.Name), name);
        if (transfer.IsBegun(_directory.Layout))
        {
            Discard(copy);
        }
        _guard.RequireFree(copy);
        var config = File.Exists(node.GuestConfigPath) ? XenGuestConfig.Read(node.GuestConfigPath) : null;
        _guard.RequireOff(node, config, copy.GuestName, cancellationToken);
        var notes = new List<CheckResult>();
        using var disk = Open(node, copy);
        var guest = config is null ? null : Plan(node, copy, config, notes);
        try
        {
            transfer.Begin(_directory.Layout);
            NodeDiskWriter.Copy(node.DiskPath, NodeStore.UnfinishedDiskOf(copy), progress, cancellationToken);
            GiveIdentity(copy, cancellationToken);
            guest?.Write();
            CopyConfigs(node, copy, notes);
            HostFile.Replace(NodeStore.UnfinishedDiskOf(copy), copy.DiskPath);
        }
        catch (Exception e)
        {
            Discard(copy);
            transfer.End(_directory.Layout);
            if (e.IsFileTrouble())
            {
                throw new OperationFailedException(ErrorIds.FileNotWritable, copy.DiskPath, null, e.FileReason(),
                    SystemFailure.AdviceFor(e), e);
            }
            throw;
        }
        transfer.End(_directory.Layout);
        return new NodeTransfer(node, new NodeStore(_directory).Describe(name.Cluster, name.Node)) { Notes = notes };
    }

    /// <summary>The disk of the node, held; its guest's identity can be changed.</summary>
    private static DiskImage Open(Node node, Node copy)
    {
        if (DevicePath.Of(node.DiskPath) is { } device)
        {
            throw new InvalidInputException(ErrorIds.DeviceInvalid, node.DiskPath, null,
                $"the disk is the block device {device}, and only a disk in a file is copied",
                $"Make the node from the image, which can be on a device: {new RemedyAction(RemedyActionKind.MakeNode, copy.FullName)}");
        }
        var disk = NodeDisk.OpenWrite(node.DiskPath);
        try
        {
            var kind = "an unknown file system";
            var isKnown = GuestLayout.Find(disk) is { } layout && layout != GuestLayout.FedoraCoreOS;
            if (isKnown)
            {
                using var root = disk.OpenFileSystem(GuestLayout.RootLabel);
                kind = root.Kind;
                isKnown = root is ExtFileSystem;
            }
            return isKnown ? disk : throw new UnsupportedFeatureException(node.DiskPath, GuestLayout.RootLabel, kind,
                $"Make the node from the image: {new RemedyAction(RemedyActionKind.MakeNode, copy.FullName)}",
                "a copy would have the same machine-id and the same keys, which cannot be removed there");
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    /// <summary>Removes what an unfinished copy has left, whose disk has not got its name.</summary>
    private void Discard(Node copy)
    {
        foreach (var path in new[] { _guard.TemplateOf(copy), copy.ConfigPath, copy.GuestConfigPath, NodeStore.UnfinishedDiskOf(copy) })
        {
            if (path is not null)
            {
                HostFile.TryRemove(path);
            }
        }
        ClusterSettings.Write(_directory.Layout.ClusterSettingsPath(copy.Cluster), [copy.Name], source: null);
    }

    private PlannedGuest Plan(Node node, Node copy, XenGuestConfig config, List<CheckResult> notes)
    {
        var left = new List<string>();
        var made = GuestConfigOfNode.Copy(config, node, copy, left);
        notes.AddRange(left.Select(target => Note(copy, $"its guest does not have the disk {Printable.Of(target)}, which {node} writes to",
            "Make another disk, and add it to the guest's configuration")));
        return new NodeGuests(_directory).Plan([copy], (_, request) => request with
        {
            Name = made.Name ?? copy.GuestName,
            BasedOn = made,
            AdditionalCards = GuestConfigOfNode.CardsOf(made),
        }).Guests[0];
    }

    // The copy must not pass for the node: neither to systemd and DHCP, nor to who knows its ssh keys, nor to the members of etcd.
    private void GiveIdentity(Node copy, CancellationToken cancellationToken)
    {
        var options = new IgnitionResetOptions { Steps = [new GrubStep(), new MachineIdStep(), new FirstBootStep()] };
        var probe = new XenImageUseProbe(new NodeGuests(_directory).Xl);
        using var work = new IgnitionResetWork(_directory, copy with { DiskPath = NodeStore.UnfinishedDiskOf(copy) }, options, probe);
        work.Check();
        CopiedIdentity.Remove(work.Open(GuestLayout.RootLabel), cancellationToken);
        if (copy.ConfigSource == ConfigSource.Image)
        {
            work.Place.Remove(work.Open(work.Place.File.Label));
        }
        work.Apply(probe);
    }

    private void CopyConfigs(Node node, Node copy, List<CheckResult> notes)
    {
        if (node.ConfigSource != ConfigSource.Http)
        {
            ClusterSettings.Write(_directory.Layout.ClusterSettingsPath(copy.Cluster), [copy.Name], node.ConfigSource);
        }
        if (_guard.TemplateOf(node) is { } template && _guard.TemplateOf(copy) is { } newTemplate)
        {
            CopyFile(template, newTemplate);
        }
        // A config that a template makes is made for the copy by the copy's refresh.
        if (new NodeConfig(_directory, node).HasTemplate || !CopyFile(node.ConfigPath, copy.ConfigPath))
        {
            return;
        }
        var text = WholeFile.TryReadText(copy.ConfigPath) ?? "";
        string?[] names = [node.GuestName, node.Name, node.IPAddress, node.MacAddress];
        var found = names.OfType<string>().Where(name => text.Contains(name, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (found.Length > 0)
        {
            notes.Add(Note(copy, $"{copy.ConfigPath} is the config of {node}, and has {string.Join(", ", found)} in it",
                "Change that before the copy is refreshed"));
        }
    }

    private static bool CopyFile(string path, string newPath)
    {
        if (!File.Exists(path) || WholeFile.TryRead(path, regularOnly: true) is not { } bytes)
        {
            return false;
        }
        AtomicFile.Write(newPath, bytes, FileStatus.TryRead(path)?.Permissions);
        return true;
    }

    private static CheckResult Note(Node node, string message, Remedy remedy) =>
        new("copy", CheckStatus.Warn, message, remedy) { Target = node.FullName, XenDir = node.XenDir };
}
