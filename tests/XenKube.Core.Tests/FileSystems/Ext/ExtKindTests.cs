using XenKube.Devices;
using XenKube.FileSystems.Detection;
using XenKube.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>Which of ext2, ext3 and ext4 an image is: one answer everywhere, that of parted.</summary>
[Trait("Kind", "Process")]
public sealed class ExtKindTests
{
    // One shell makes and asks for all of them. Combinations that mke2fs refuses are left out.
    private const string MakeAll = """
        cd "$1"
        number=0
        try() {
          number=$((number + 1))
          truncate -s 8M $number
          mke2fs -q -F -b 1024 -O "$1" $number > log 2>&1 || { rm $number; return; }
          echo "$number|$1|$(parted -sm $PWD/$number unit b print | sed -n 3p | cut -d: -f5)|$(blkid -p -s TYPE -o value $number)"
        }
        for journal in '' ,has_journal; do for extent in '' ,extent; do for wide in '' ,64bit; do for flex in '' ,flex_bg; do
        for huge in '' ,huge_file; do for links in '' ,dir_nlink; do for sums in '' ,metadata_csum; do
          try "none,filetype,sparse_super$journal$extent$wide$flex$huge$links$sums"
        done; done; done; done; done; done; done
        for base in none,filetype,sparse_super none,filetype,sparse_super,has_journal none,filetype,sparse_super,has_journal,extent; do
          for one in large_file dir_index resize_inode ext_attr extra_isize uninit_bg meta_bg inline_data ea_inode large_dir bigalloc quota project casefold \
            encrypt verity orphan_file mmp sparse_super2 fast_commit metadata_csum,metadata_csum_seed; do
            try "$base,$one"
          done
        done
        """;

    [Fact]
    public void Kind_is_parteds_for_every_combination_of_features()
    {
        Tool.Need("mke2fs", "parted", "blkid");
        using var folder = new TemporaryDirectory();
        var script = folder.Write("make.sh", MakeAll);
        Directory.CreateDirectory(folder["images"]);
        var lines = Tool.Run("bash", script, folder["images"]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length > 150, $"mke2fs made {lines.Length} images only");
        var wrong = new List<string>();
        foreach (var line in lines)
        {
            var cells = line.Split('|');
            var (file, parted, blkid) = (Path.Combine(folder["images"], cells[0]), cells[2], cells[3]);
            using var device = FileDevice.Open(file, writable: false);
            var found = FileSystem.Detect(device)?.Kind;
            if (found != parted)
            {
                wrong.Add($"{line}: detected as {found}");
            }
            // A kind that libblkid names differently has a feature that parted does not look at.
            if (blkid != parted && blkid != "ext4")
            {
                wrong.Add($"{line}: blkid differs");
            }
            try
            {
                using var opened = ExtFileSystem.Open(device);
                if (opened.Kind != parted)
                {
                    wrong.Add($"{line}: opened as {opened.Kind}");
                }
            }
            catch (UnsupportedFeatureException)
            {
                // Detected only.
            }
        }
        Assert.Empty(wrong);
        Assert.Equal(["ext2", "ext3", "ext4"], lines.Select(line => line.Split('|')[2]).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("ext2")]
    [InlineData("ext3")]
    [InlineData("ext4")]
    public void What_mke2fs_makes_is_called_the_same_by_parted_blkid_and_us(string kind)
    {
        Tool.Need("mke2fs", "parted", "blkid");
        using var folder = new TemporaryDirectory();
        var image = ExtImages.Make(folder["image"], 16 << 20, "-t", kind);
        using var device = FileDevice.Open(image, writable: false);
        using var opened = ExtFileSystem.Open(device);
        Assert.Equal(kind, Tool.Run("blkid", "-p", "-s", "TYPE", "-o", "value", image).Output.Trim());
        Assert.Equal(kind, Tool.Run("parted", "-sm", image, "unit", "b", "print").Output.Split('\n')[2].Split(':')[4]);
        Assert.Equal(kind, FileSystem.Detect(device)!.Kind);
        Assert.Equal(kind, opened.Kind);
    }
}
