using XenKube.Disks;
using XenKube.Files;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>
/// Gives a node another name, and everything that belongs to it with it: its part in the cluster's settings, certificates, published
/// config, configs, guest configuration, start with the host, and disk. The disk comes last: until then the node is there under its old
/// name, and a rename that was killed is ended by the same command.
/// </summary>
public sealed class NodeRenamer
{
    private readonly XenDirectory _directory;
    private readonly TransferGuard _guard;

    /// <summary>Opens the nodes of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    public NodeRenamer(XenDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        (_directory, _guard) = (directory, new TransferGuard(directory));
    }

    /// <summary>Renames a node.</summary>
    /// <param name="node">The node, whose guest is off.</param>
    /// <param name="newName">Its new name within the cluster.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there; what was begun is finished.</param>
    /// <exception cref="InvalidInputException">The name is not one of a node.</exception>
    /// <exception cref="ItemExistsException">There is a node of that name, or a file of one; nothing was changed.</exception>
    /// <exception cref="ItemInUseException">The guest is not off, its disk is in use, or another guest has the name; nothing was
    /// changed.</exception>
    public NodeTransfer Rename(Node node, string newName, CancellationToken cancellationToken = default)
    {
        _directory.RequireOwn(node);
        if (newName?.Contains('/', StringComparison.Ordinal) == true)
        {
            throw new InvalidInputException(ErrorIds.NameInvalid, null, null,
                $"'{Printable.Of(newName)}' has a slash in it: a node stays in its cluster, whose authority its certificates are from",
                "Give the name of the node alone");
        }
        ItemName.Check(newName, "node");
        using var held = _directory.Lock($"rename of the node {node.FullName}", cancellationToken);
        ClusterStore.RequireNoLink(_directory, node.Cluster);
        var renamed = new NodeStore(_directory).Describe(node.Cluster, newName!);
        if (newName == node.Name)
        {
            return new NodeTransfer(node, renamed);
        }
        RequireTemplate(node, renamed);
        var transfer = new UnfinishedTransfer(IsRename: true, new(node.Cluster, node.Name), new(node.Cluster, newName!));
        if (!transfer.IsBegun(_directory.Layout))
        {
            _guard.RequireFree(renamed);
        }
        var config = File.Exists(node.GuestConfigPath) ? XenGuestConfig.Read(node.GuestConfigPath) : null;
        var changed = config is null ? null : GuestConfigOfNode.Rename(config, node, renamed);
        var guestName = changed?.Name ?? renamed.GuestName;
        _guard.RequireOwnName(guestName, node.GuestConfigPath, renamed.GuestConfigPath);
        _guard.RequireOff(node, config, guestName, cancellationToken);
        using var disk = _guard.Hold(node);
        var notes = new List<CheckResult>(NotesOf(node, renamed, guestName));
        try
        {
            transfer.Begin(_directory.Layout);
            Point(disk as DiskImage, node, renamed, notes);
            Move(node, renamed, changed);
            transfer.End(_directory.Layout);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.FileNotWritable, node.DiskPath, null,
                $"the node cannot be renamed: {e.Message}",
                $"Put that right, and finish it: {new RemedyAction(RemedyActionKind.RenameNode, node.FullName, newName!)}", e);
        }
        return new NodeTransfer(node, new NodeStore(_directory).Describe(node.Cluster, newName!)) { Notes = notes };
    }

    private void RequireTemplate(Node node, Node renamed)
    {
        if (_guard.TemplateOf(node) is { } template && File.Exists(template) && _guard.TemplateOf(renamed) is null)
        {
            throw new InvalidInputException(ErrorIds.NameInvalid, template, null,
                $"under the name {renamed.Name} this template would be the one of all nodes of the cluster", "Choose another name");
        }
    }

    private void Move(Node node, Node renamed, XenGuestConfig? config)
    {
        ClusterSettings.Rename(_directory.Layout.ClusterSettingsPath(node.Cluster), node.Name, renamed.Name);
        foreach (var (from, to) in _guard.CertificatesOf(node).Zip(_guard.CertificatesOf(renamed)))
        {
            MoveFile(from, to);
        }
        MoveFile(node.IgnitionPath, renamed.IgnitionPath);
        MoveFile(node.ConfigDiskPath, renamed.ConfigDiskPath);
        // Each start makes them again.
        HostFile.RemoveTree(KernelCopy.DirectoryOf(node.GuestConfigPath));
        if (config is not null)
        {
            Write(node.GuestConfigPath, renamed.GuestConfigPath, config);
        }
        // Each of the files below makes the node a node: the old name is known until the last of them is moved.
        if (_guard.TemplateOf(node) is { } template && _guard.TemplateOf(renamed) is { } newTemplate)
        {
            MoveFile(template, newTemplate);
        }
        MoveFile(node.ConfigPath, renamed.ConfigPath);
        if (config is not null)
        {
            HostFile.Remove(node.GuestConfigPath);
        }
        MoveFile(node.DiskPath, renamed.DiskPath);
    }

    // The new link is there before the old one goes.
    private void Write(string path, string newPath, XenGuestConfig config)
    {
        AtomicFile.Write(newPath, config.ToBytes(), FileStatus.TryRead(path)?.Permissions);
        var auto = new GuestAutoStart(_directory.SystemRoot);
        if (auto.Find(path) is not null)
        {
            auto.Set(newPath, isOn: true);
            auto.Set(path, isOn: false);
        }
    }

    private static void MoveFile(string path, string newPath)
    {
        using var from = PathWalk.TryFind(path, followLast: false);
        if (from?.Find() is null)
        {
            return;
        }
        using var to = PathWalk.Find(newPath, followLast: false);
        if (!from.Directory.TryRename(from.Name, to.Name))
        {
            throw new ItemExistsException(ErrorIds.NodeExists, newPath, null, "it is there already, and nothing is written over",
                "Move the file to another place, and do the same again");
        }
        from.Directory.Synchronize();
    }

    /// <summary>Where the disk's grub.cfg names the node's config by its old URL, it gets the new one.</summary>
    private static void Point(DiskImage? disk, Node node, Node renamed, List<CheckResult> notes)
    {
        try
        {
            if (disk is null || NodeBoot.IsOwn(node, disk) || OemGrubConfig.Read(disk, node.DiskPath).ConfigUri != node.IgnitionUri)
            {
                return;
            }
            using var oem = disk.OpenFileSystem(OemGrubConfig.PartitionLabel);
            OemGrubConfig.Check(oem, node.DiskPath, renamed.IgnitionUri).Point(oem, renamed.IgnitionUri, [], GuestLayout.Detect(disk));
        }
        catch (ItemNotFoundException)
        {
            // A disk without OEM names no URL.
        }
        catch (XenKubeException e) when (e is not OperationFailedException)
        {
            notes.Add(Note(renamed, $"whether its grub.cfg names the old URL is not known: {e.Fault}",
                $"Refresh it: {new RemedyAction(RemedyActionKind.Refresh, renamed.FullName)}"));
        }
    }

    private IEnumerable<CheckResult> NotesOf(Node node, Node renamed, string guestName)
    {
        if (guestName != node.GuestName && _guard.CertificatesOf(node).Any(File.Exists))
        {
            yield return Note(renamed, $"its certificates are for {node.GuestName}",
                $"Make new certificates: {new RemedyAction(RemedyActionKind.RenewCertificates, renamed.FullName)}");
        }
        if (_directory.Settings.HoldConfigs)
        {
            yield return Note(renamed, "nginx' site holds the config to its reader by the old name",
                $"Write the site again: {new RemedyAction(RemedyActionKind.SetUpHost, "site")}");
        }
        foreach (var line in Reservations().Where(item => item.HostName.Length > 0 && item.MacAddress.ToString() == node.MacAddress
            && (item.HostName == node.Name || item.HostName == node.GuestName)))
        {
            yield return Note(renamed, $"line {line.Line} of {_directory.ReservationsPath} calls the guest {Printable.Of(line.HostName)}",
                "Change the name in that line, and have dnsmasq read the file again");
        }
    }

    private IReadOnlyList<DhcpReservation> Reservations()
    {
        try
        {
            return DhcpReservations.Read(_directory.ReservationsPath).Items;
        }
        catch (XenKubeException)
        {
            // The file is root's; the node has its address by its MAC address anyway.
            return [];
        }
    }

    private static CheckResult Note(Node node, string message, Remedy remedy) =>
        new("rename", CheckStatus.Warn, message, remedy) { Target = node.FullName, XenDir = node.XenDir };
}
