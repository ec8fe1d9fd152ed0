using System.Text;
using XenKube.Tests.Booting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Disks of nodes with the layout of each distribution, made by tools that are not ours.</summary>
internal static class NodeImages
{
    /// <summary>Makes a disk.</summary>
    /// <param name="image">coreos, flatcar or fedora-coreos, with <c>, pv only</c> for a kernel that cannot be started as PVH.</param>
    /// <param name="folder">The test's folder.</param>
    /// <param name="path">Where the disk is in the folder.</param>
    /// <param name="oem">Files of OEM; null for none.</param>
    /// <param name="releases">The releases that the disk names: those of the slots of USR, or that of the boot entry.</param>
    public static void Make(string image, TemporaryDirectory folder, string path, Dictionary<string, byte[]>? oem = null, params string[] releases)
    {
        byte[] Kernel(bool pvh = true) => ForgedKernel.BzImage(Tool.Run("zstd", ["-q", "-c"], ForgedKernel.Elf(pvh: pvh)).ShouldSucceed().OutputBytes, 200_000);
        if (image == "coreos")
        {
            SampleImage.Copy(SampleImage.Classic, folder, path);
            return;
        }
        using var disk = image == "fedora-coreos"
            ? LayoutImage.FedoraCoreOS(
                new()
                {
                    ["ostree/abc/vmlinuz"] = Kernel(),
                    ["ostree/abc/initramfs.img"] = [1, 2, 3],
                    ["loader.1/entries/ostree-1.conf"] = Encoding.UTF8.GetBytes($"title {(releases is [var release] ? release : "Fedora CoreOS 44.20261101.3.0 (ostree:0)")}\nversion 1\noptions $ignition_firstboot ignition.platform.id=metal root=UUID=1\nlinux /ostree/abc/vmlinuz\ninitrd /ostree/abc/initramfs.img\n"),
                },
                ("loader", "loader.1"))
            : LayoutImage.FlatcarOfToday(new Dictionary<string, byte[]> { ["flatcar/vmlinuz-a"] = Kernel(image == "flatcar"), ["flatcar/vmlinuz-b"] = Kernel(image == "flatcar") }, oem, releases);
        File.Move(disk.Path, folder[path]);
    }
}
