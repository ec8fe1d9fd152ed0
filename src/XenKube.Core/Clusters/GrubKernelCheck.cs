using XenKube.Booting.Kernels;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.Guests;

namespace XenKube.Clusters;

/// <summary>The part of a node's check that looks at the kernel which the disk's own GRUB starts.</summary>
internal static class GrubKernelCheck
{
    private static readonly string[] KernelPaths = ["/coreos/vmlinuz-a", "/flatcar/vmlinuz-a"];

    /// <summary>Checks the kernel.</summary>
    public static CheckResult Run(DiskImage disk, GuestType type, Node node)
    {
        const string name = "kernel";
        using var boot = disk.OpenFileSystem(GuestLayout.BootLabel);
        var path = KernelPaths.FirstOrDefault(path => boot.Find(path) is { Kind: FileSystemEntryKind.File });
        if (path is null)
        {
            return new(name, CheckStatus.Fail, "EFI-SYSTEM has no kernel (coreos/vmlinuz-a)", NodeCheck.PourAgain(node));
        }
        using var stream = boot.OpenRead(path);
        return PackingOf(path, stream, boot.Find(path)!.Size) switch
        {
            null => new(name, CheckStatus.Warn, $"{path} is not a kind of Linux kernel that XenKube knows",
                $"Nothing is wrong if the guest boots; if it does not, see its console: {RemedyActionKind.ShowConsole}"),
            "zstd" when type == GuestType.PV => new(name, CheckStatus.Fail,
                $"{path} is packed with zstd, which the pv boot path cannot unpack",
                $"Have XenKube's boot loader start it: {new RemedyAction(RemedyActionKind.SetBootLoader, node.FullName, nameof(BootLoaders.XenKube))}"),
            var packing => new(name, CheckStatus.Pass, $"{path} is packed with {packing}"),
        };
    }

    /// <exception cref="CorruptImageException">The kernel certainly does not start.</exception>
    private static string? PackingOf(string path, Stream kernel, long size)
    {
        try
        {
            return KernelCompression.Detect(kernel, size);
        }
        catch (CorruptImageException e)
        {
            throw new CorruptImageException(ErrorIds.CorruptKernel, path, null, $"the guest cannot start this kernel: {e.Reason}",
                innerException: e);
        }
    }
}
