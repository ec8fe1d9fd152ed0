using XenKube.FileSystems.Fat;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Fat;

/// <summary>What mkfs.vfat can make within reason: widths, sizes, cluster sizes, sector sizes, one or two tables.</summary>
[Trait("Kind", "Process")]
public sealed class FatMatrixTests
{
    public static TheoryData<int, int, int, int, string> Volumes() => new()
    {
        { 16, 8, 1, 512, "" },
        { 16, 8, 2, 512, "-f 1" },
        { 16, 32, 4, 512, "" },
        { 16, 128, 0, 512, "" },
        { 16, 128, 8, 512, "-r 1024" },
        { 16, 512, 16, 512, "" },
        { 16, 2047, 64, 512, "" },
        { 16, 4095, 128, 512, "" },
        { 16, 64, 1, 2048, "" },
        { 16, 128, 1, 4096, "" },
        { 32, 40, 1, 512, "" },
        { 32, 64, 1, 512, "-f 1" },
        { 32, 128, 2, 512, "-b 10" },
        { 32, 300, 8, 512, "" },
        { 32, 300, 1, 4096, "" },
        { 32, 1024, 0, 512, "" },
        { 32, 4096, 0, 512, "" },
        { 32, 4096, 64, 512, "" },
    };

    [Theory]
    [MemberData(nameof(Volumes))]
    public void Every_kind_of_edit_leaves_a_clean_volume(int bits, int megabytes, int sectorsPerCluster, int sectorSize, string options)
    {
        using var image = FatImage.Make(bits, (long)megabytes << 20, sectorsPerCluster, sectorSize, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var content = Enumerable.Range(0, 150_000).Select(i => (byte)(i * 31 + i / 509)).ToArray();
        image.Edit(fat =>
        {
            Assert.Equal($"fat{bits}", fat.Kind);
            fat.CreateDirectory("/coreos");
            fat.CreateDirectory("/coreos/grub");
            fat.WriteFile("/coreos/first_boot", []);
            fat.WriteFile("/coreos/vmlinuz-a", content);
            fat.WriteFile("/coreos/grub/grub.cfg", "set timeout=1\n"u8);
            fat.WriteFile("/coreos/grub/grub.cfg", content.AsSpan(0, 70_001));
            fat.WriteFile("/gone", content);
            fat.Remove("/gone");
            fat.Rename("/coreos/vmlinuz-a", "/vmlinuz with a long name");
            fat.Rename("/coreos/grub", "/grub");
            for (var i = 0; i < 40; i++)
            {
                fat.WriteFile($"/grub/module number {i}.mod", content.AsSpan(i * 100, i * 50));
            }
            fat.Remove("/coreos/first_boot");
            fat.WriteFile("/coreos/first_boot", []);
        });
        image.ShouldBeClean();
        var tree = image.Tree();
        FatTree.ShouldEqual(image.TreeByMtools(), tree);
        Assert.Equal(45, tree.Count);
        Assert.Equal(content, tree["/vmlinuz with a long name"]);
        Assert.Equal(content[..70_001], tree["/grub/grub.cfg"]);
    }
}
