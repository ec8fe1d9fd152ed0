using System.Text.RegularExpressions;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Btrfs;
using XenKube.FileSystems.Ext;
using XenKube.FileSystems.Fat;
using XenKube.Guests;

namespace XenKube.Clusters;

/// <summary>The part of a node's check that looks into its disk.</summary>
/// <param name="disk">The disk.</param>
/// <param name="node">Its node.</param>
/// <param name="state">The guest's state: a running guest has the file systems mounted.</param>
internal sealed partial class NodeDiskCheck(DiskImage disk, Node node, XenGuestState state)
{
    private const int MaxText = 1 << 20;
    private readonly Remedy _pour = NodeCheck.PourAgain(node);
    private readonly XenGuestConfig? _config = NodeBoot.TryReadConfig(node);
    private GuestLayout _layout = GuestLayout.CoreOS;

    private GuestType Type => _config?.Type ?? GuestType.PV;

    /// <summary>The release the disk holds; null where it cannot be determined.</summary>
    public GuestOfImage? Guest { get; private set; }

    /// <summary>The config on the disk, where it comes to the guest on its own disk; null where it does not, or is not there.</summary>
    public byte[]? Config { get; private set; }

    /// <summary>Whether Ignition runs at the next start.</summary>
    public bool WillIgnite { get; private set; }

    public IEnumerable<CheckResult> Run()
    {
        var table = CheckTable();
        yield return table;
        if (table.Status == CheckStatus.Fail || table.Message.StartsWith(NodeCheck.NotCheckedPrefix, StringComparison.Ordinal))
        {
            yield break;
        }
        yield return Guarded("file-systems", CheckFileSystems);
        yield return Guarded("release", CheckRelease);
        if (NodeBoot.IsOwn(node, disk))
        {
            var loader = new NodeLoaderCheck(disk, node);
            yield return Guarded("boot", loader.CheckBoot);
            yield return Guarded("kernel", loader.CheckKernel);
            yield return Guarded("url", loader.CheckUrl);
            yield return Guarded("first-boot", CheckFirstBoot);
            yield break;
        }
        yield return Guarded("boot", CheckBoot);
        yield return Guarded("kernel", () => GrubKernelCheck.Run(disk, Type, node));
        yield return Guarded("oem", CheckOem);
        yield return Guarded("url", CheckUrl);
        yield return Guarded("first-boot", CheckFirstBoot);
        yield return Guarded("machine-id", CheckMachineId);
    }

    private CheckResult Guarded(string name, Func<CheckResult> check)
    {
        try
        {
            return check();
        }
        catch (XenKubeException e)
        {
            return NodeCheck.DiskFailure(name, e, node, state);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One guest's disk ends no check of the others, whatever is in it.
            return NodeCheck.Failure(name, NodeDisk.Unexpected(node.DiskPath, e), node);
        }
    }

    private CheckResult CheckTable()
    {
        const string name = "partitions";
        try
        {
            var table = disk.Partitions;
            _layout = GuestLayout.Detect(disk);
            var missing = _layout.Partitions.Where(label => table.Find(label) is null).ToList();
            if (missing.Count > 0)
            {
                return new(name, CheckStatus.Fail, $"no partition {string.Join(", ", missing)} on {node.DiskPath}", _pour);
            }
            return table.UsesBackup || table.Warnings.Count > 0
                ? new(name, CheckStatus.Warn, table.UsesBackup ? "the GPT is damaged; its backup is used"
                    : table.Warnings[0], "'sgdisk --verify' gives details, 'sgdisk -e' moves the backup to the end of the disk")
                : new(name, CheckStatus.Pass, $"GPT with {string.Join(", ", _layout.Partitions)}");
        }
        catch (XenKubeException e)
        {
            return NodeCheck.DiskFailure(name, e, node, state);
        }
    }

    private CheckResult CheckFileSystems()
    {
        const string name = "file-systems";
        var warnings = new List<string>();
        foreach (var label in _layout.Partitions)
        {
            IFileSystem opened;
            try
            {
                opened = disk.OpenFileSystem(label);
            }
            catch (UnsupportedFeatureException e)
            {
                // A btrfs USR-A is nothing that is edited; OEM has a check of its own.
                warnings.Add($"{label}: {e.Reason}");
                continue;
            }
            using var fileSystem = opened;
            _ = fileSystem.List("/");
            switch (fileSystem)
            {
                case ExtFileSystem { NeedsRecovery: true } or FatFileSystem { IsDirty: true } when IsMounted:
                    break;
                case ExtFileSystem { HasErrors: true }:
                    return new(name, CheckStatus.Fail, $"{label} is marked as faulty",
                        $"Attach it (losetup -P --show -f {node.DiskPath}) and run e2fsck, or make the disk again");
                case ExtFileSystem { NeedsRecovery: true }:
                    warnings.Add($"{label} was not unmounted cleanly: its journal has to be replayed");
                    break;
                case FatFileSystem { IsDirty: true }:
                    warnings.Add($"{label} was not unmounted cleanly");
                    break;
                default:
                    break;
            }
        }
        return warnings.Count == 0 ? new(name, CheckStatus.Pass, IsMounted ? "readable, and mounted by the guest" : "readable and clean")
            : new(name, CheckStatus.Warn, string.Join("; ", warnings),
                "The guest mends that at its next start; XenKube's edits replay the journal first");
    }

    private CheckResult CheckRelease()
    {
        const string name = "release";
        try
        {
            Guest = GuestOfImage.Read(disk);
        }
        catch (UnsupportedFeatureException e)
        {
            return new(name, CheckStatus.Warn, $"the release is not read: {e.Reason}",
                "Nothing is wrong with a disk that boots");
        }
        return Guest is { Version.Length: > 0 } ? new(name, CheckStatus.Pass, Guest.ToString())
            : _layout == GuestLayout.FedoraCoreOS ? new(name, CheckStatus.Warn, "the newest boot entry does not name a release",
                "Nothing is wrong with a disk that boots; the title of ostree's entries names it")
            : new(name, CheckStatus.Warn, "USR-A has no lib/os-release that names a release",
                "Nothing is wrong with a disk that boots; a disk of CoreOS or Flatcar has this file");
    }

    /// <summary>pygrub takes the first kernel that menu.lst on the EFI system partition names; that one has to be there.</summary>
    private CheckResult CheckBoot()
    {
        const string name = "boot";
        if (Type != GuestType.PV || !BootLoaders.IsPygrub(_config?.BootLoader ?? BootLoaders.Pygrub))
        {
            return new(name, CheckStatus.Pass, "not started by pygrub");
        }
        using var boot = disk.OpenFileSystem(GuestLayout.BootLabel);
        var menu = SmallFile.TryReadText(boot, GuestLayout.PygrubMenu, MaxText);
        if (menu is null)
        {
            return new(name, CheckStatus.Fail, "EFI-SYSTEM has no boot/grub/menu.lst, so pygrub finds no kernel",
                $"Have XenKube's boot loader start it: {new RemedyAction(RemedyActionKind.SetBootLoader, node.FullName, nameof(BootLoaders.XenKube))}");
        }
        if (KernelLine().Match(menu) is not { Success: true } line)
        {
            return new(name, CheckStatus.Fail, "boot/grub/menu.lst names no kernel", _pour);
        }
        var kernel = line.Groups[1].Value;
        return boot.Find(kernel) is { Kind: FileSystemEntryKind.File } ? new(name, CheckStatus.Pass, $"pygrub boots {kernel}")
            : new(name, CheckStatus.Fail, $"boot/grub/menu.lst names {Printable.Of(kernel)}, which is not there", _pour);
    }

    private CheckResult CheckOem()
    {
        const string name = "oem";
        IFileSystem opened;
        try
        {
            opened = disk.OpenFileSystem(OemGrubConfig.PartitionLabel);
        }
        catch (UnsupportedFeatureException e)
        {
            return new(name, CheckStatus.Fail, $"OEM cannot be edited here: {e.Reason}", e.Advice);
        }
        using var oem = opened;
        if (oem is BtrfsFileSystem)
        {
            return new(name, CheckStatus.Fail, "OEM is btrfs, so that the URL cannot be written to its grub.cfg",
                $"Have XenKube's boot loader start it: {new RemedyAction(RemedyActionKind.SetBootLoader, node.FullName, nameof(BootLoaders.XenKube))}");
        }
        if (oem is ExtFileSystem { GrubCompatibility: { IsReadable: false } grub })
        {
            return new(name, CheckStatus.Fail, $"the guest's GRUB cannot read OEM ({grub}) and would boot without the URL",
                "Make OEM again with mke2fs without these features");
        }
        if (oem is ExtFileSystem { NeedsRecovery: true } && !IsMounted)
        {
            return new(name, CheckStatus.Warn,
                "OEM's journal is not replayed; the guest's GRUB ignores journals and may read an old grub.cfg",
                $"Replay it: {new RemedyAction(RemedyActionKind.RefreshStep, node.FullName, "grub")}");
        }
        return oem.Label == OemGrubConfig.PartitionLabel ? new(name, CheckStatus.Pass, $"{oem.Kind}, readable by GRUB")
            : new(name, CheckStatus.Warn, $"the file system's label is '{Printable.Of(oem.Label)}', not OEM",
                "'e2label' sets it; some GRUBs find the partition by it");
    }

    private CheckResult CheckUrl()
    {
        const string name = "url";
        var config = OemGrubConfig.Read(disk, node.DiskPath);
        return config.ConfigUri is null ? new(name, CheckStatus.Fail, "OEM's grub.cfg names no config, so Ignition has nothing to fetch",
            $"Point grub.cfg at the config: {new RemedyAction(RemedyActionKind.RefreshStep, node.FullName, "grub")}")
            : config.ConfigUri != new ConfigPlace(node, _layout).Uri ? new(name, CheckStatus.Fail,
                $"OEM's grub.cfg names {config.ConfigUri}, but the config is {(new ConfigPlace(node, _layout).Uri is { } uri ? $"at {uri}" : "on the second disk")}",
                $"Point grub.cfg at the config: {new RemedyAction(RemedyActionKind.RefreshStep, node.FullName, "grub")}")
            : new(name, CheckStatus.Pass, config.ConfigUri.ToString());
    }

    private CheckResult CheckFirstBoot()
    {
        const string name = "first-boot";
        using var boot = disk.OpenFileSystem(_layout.FirstBootLabel);
        var path = _layout.FirstBootPath;
        WillIgnite = _layout.HasFirstBoot(boot) || GuestLayout.CoreOS.HasFirstBoot(boot);
        if (node.ConfigSource == ConfigSource.Image)
        {
            Config = new ConfigPlace(node, _layout).Read(disk);
        }
        return (_layout.HasFirstBoot(boot) || GuestLayout.CoreOS.HasFirstBoot(boot), IsMounted) switch
        {
            (true, false) => new(name, CheckStatus.Pass, $"{path} is there"),
            (true, true) => new(name, CheckStatus.Warn, $"Ignition has not run yet, or not to its end: {path} is still there",
                $"Wait for it, or look at the console: {RemedyActionKind.ShowConsole}"),
            (false, true) => new(name, CheckStatus.Pass, $"Ignition ran: the guest has removed {path}"),
            _ => new(name, CheckStatus.Fail, $"{path} is missing on {_layout.FirstBootLabel}: Ignition will not run at the next start",
                FirstBootRemedy()),
        };
    }

    private Remedy FirstBootRemedy()
    {
        if (_layout == GuestLayout.FedoraCoreOS)
        {
            return $"Nothing is wrong if the node is configured and should stay so. Fedora CoreOS does not support that Ignition runs a second time: to configure the node from scratch, make its disk again, which loses all that is on it: {new RemedyAction(RemedyActionKind.RecreateNode, node.FullName)}";
        }
        return $"Create it: {new RemedyAction(RemedyActionKind.RefreshStep, node.FullName, "first-boot")}; nothing is wrong if the node is configured and should stay so";
    }

    private CheckResult CheckMachineId()
    {
        const string name = "machine-id";
        using var root = disk.OpenFileSystem(GuestLayout.RootLabel);
        return (root.Find(GuestLayout.MachineIdPath, followLink: false) is null, IsMounted) switch
        {
            (true, _) => new(name, CheckStatus.Pass, "gone, so systemd enables the config's units"),
            (false, true) => new(name, CheckStatus.Pass, "ROOT has /etc/machine-id, as it should while the guest runs"),
            _ => new(name, CheckStatus.Warn, "ROOT has /etc/machine-id: systemd does not look at newly enabled units",
                $"Remove it: {new RemedyAction(RemedyActionKind.RefreshStep, node.FullName, "machine-id")}"),
        };
    }

    /// <summary>True if a guest has the disk's file systems mounted, or will find them so.</summary>
    private bool IsMounted => state != XenGuestState.Halted;

    [GeneratedRegex(@"^[ \t]*kernel[ \t]+(?:\(hd\d+,\d+\))?(/\S{1,1000})",
        RegexOptions.Multiline | RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex KernelLine();
}
