using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Btrfs;
using XenKube.FileSystems.Ext;
using XenKube.Images;

namespace XenKube.Clusters;

/// <summary>Where the config of a node is for its guest, and what the guest's kernel is told of it.</summary>
/// <param name="node">The node.</param>
/// <param name="layout">What is on its disk.</param>
internal sealed class ConfigPlace(Node node, GuestLayout layout)
{
    private const string FedoraDirectory = "/ignition";

    /// <summary>A guest may put anything in the config's place; a config is not larger.</summary>
    private const int LargestConfig = 64 << 20;

    /// <summary>The kernel parameters of a second disk are in no Ignition before 2.27.0, which is younger than this day; a branch of
    /// Flatcar is numbered by the days since 2013-07-01.</summary>
    private const int FirstDay = 20260720, FirstBranch = 4767;

    private static readonly Uri OnOem = new("oem:///config.ign");

    private static readonly FileAttributesChange OwnerOnly = new(Mode: 0x180, UserId: 0, GroupId: 0);

    /// <summary>The file on the node's own disk that holds the config.</summary>
    public (string Label, string Path) File => layout == GuestLayout.FedoraCoreOS
        ? (layout.FirstBootLabel, $"{FedoraDirectory}/config.ign") : (OemGrubConfig.PartitionLabel, "/config.ign");

    /// <summary>The URL that the kernel's command line has; null where it has none.</summary>
    public Uri? Uri => node.ConfigSource switch
    {
        ConfigSource.Http => node.IgnitionUri,
        ConfigSource.Image when layout != GuestLayout.FedoraCoreOS => OnOem,
        _ => null,
    };

    /// <summary>The kernel arguments by which XenKube's boot loader leads Ignition to the config.</summary>
    /// <param name="uri">The URL, where there is one.</param>
    public IReadOnlyList<string> ArgumentsFor(Uri? uri) => node.ConfigSource == ConfigSource.Disk ? ConfigDisk.Arguments
        : uri is null ? [] : [$"{layout.LoaderUriParameter}={uri.AbsoluteUri}"];

    /// <summary>Refuses a source that the guest cannot use.</summary>
    /// <param name="guest">The release on the disk; null where that is not known.</param>
    /// <param name="bootsByXenKube">Whether XenKube's boot loader starts the node.</param>
    /// <exception cref="UnsupportedFeatureException">The guest cannot use the source.</exception>
    public void Require(GuestOfImage? guest, bool bootsByXenKube)
    {
        if (node.ConfigSource != ConfigSource.Disk)
        {
            return;
        }
        var other = Advice(RemedyActionKind.PutConfigOnImage);
        if (layout == GuestLayout.CoreOS || guest is { Distribution: not null } && IsTooOld(guest))
        {
            throw new UnsupportedFeatureException(node.DiskPath, null, "ignition.config.device", other,
                $"the Ignition of {guest?.ToString() ?? DistributionNames.TitleOf(layout.Distribution)} does not read configs from a second disk: Ignition 2.27.0 is the first that does");
        }
        if (!bootsByXenKube)
        {
            throw new UnsupportedFeatureException(node.DiskPath, null, "ignition.config.device",
                $"Have XenKube's boot loader start it: {new RemedyAction(RemedyActionKind.SetBootLoader, node.FullName, nameof(Guests.BootLoaders.XenKube))}",
                "the guest's boot loader does not pass on the kernel arguments of a second disk");
        }
    }

    /// <summary>Opens the file system that holds the config, and refuses one that cannot.</summary>
    /// <param name="files">The file system of <see cref="File"/>.</param>
    public void RequireWritable(IFileSystem files)
    {
        if (files is not ExtFileSystem)
        {
            var other = Advice(RemedyActionKind.ServeConfig);
            (files as BtrfsFileSystem)?.RefuseConfig(node.DiskPath, File.Label, other);
            throw new UnsupportedFeatureException(node.DiskPath, File.Label, files.Kind, other,
                $"a config that only root may read cannot be kept on {files.Kind}");
        }
    }

    /// <summary>Writes the config to the node's own disk, for root alone.</summary>
    /// <returns>Whether the disk was changed.</returns>
    public bool Write(IFileSystem files, byte[] json)
    {
        if (files.Find(File.Path, followLink: false) is { Kind: FileSystemEntryKind.File, Mode: 0x180 }
            && SmallFile.TryRead(files, File.Path, json.Length) is { } old && old.AsSpan().SequenceEqual(json))
        {
            return false;
        }
        if (layout == GuestLayout.FedoraCoreOS && files.Find(FedoraDirectory) is null)
        {
            files.CreateDirectory(FedoraDirectory, OwnerOnly with { Mode = 0x1C0 });
        }
        // A file in its place may be open to others: the new one never is.
        files.Remove(File.Path);
        files.WriteFile(File.Path, json, OwnerOnly);
        return true;
    }

    /// <summary>Removes the config from the node's own disk.</summary>
    public void Remove(IFileSystem files)
    {
        if (files is ExtFileSystem)
        {
            files.Remove(File.Path);
        }
    }

    /// <summary>The config that the guest will read; null if the disk does not hold one.</summary>
    /// <param name="disk">The node's disk, where the config is on it.</param>
    public byte[]? Read(DiskImage disk)
    {
        using var files = disk.OpenFileSystem(File.Label);
        return SmallFile.TryRead(files, File.Path, LargestConfig);
    }

    private static bool IsTooOld(GuestOfImage guest) => guest.Distribution == ImageDistribution.FedoraCoreOS
        ? guest.BuildDate < FirstDay : int.TryParse(guest.Version.Split('.')[0], out var branch) && branch < FirstBranch;

    private Remedy Advice(RemedyActionKind way) => $"Take another way: {new RemedyAction(way, node.FullName)}";
}
