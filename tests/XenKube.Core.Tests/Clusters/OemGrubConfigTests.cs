using XenKube.Clusters;
using XenKube.Disks;
using XenKube.Tests.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

[Trait("Kind", "Process")]
public sealed class OemGrubConfigTests : IDisposable
{
    private static readonly Uri Config = new("http://192.168.100.1/etcd/node-1.json");
    private const string GuideLine = "set linux_append=\"coreos.config.url=http://192.168.100.1/etcd/node-1.json\"\n";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_makes_the_guides_file_and_GRUB_reads_it(bool modern)
    {
        Tool.Need("e2fsck", "debugfs", "grub-fstest");
        var disk = SampleImage.Copy(modern ? SampleImage.Modern : SampleImage.Classic, _directory);
        var written = OemGrubConfig.Write(disk, Config);
        Assert.Equal((Config, GuideLine), (written.ConfigUri, written.Text));
        Assert.Equal(GuideLine, Tool.Run("grub-fstest", disk, "cat", "(loop0,gpt6)/grub.cfg").ShouldSucceed().Output);
        var oem = ExtractOem(disk);
        Tool.Run("e2fsck", "-fn", oem).ShouldSucceed();
        Assert.Equal(GuideLine, Tool.Run("debugfs", "-R", "cat /grub.cfg", oem).Output);
    }

    [Fact]
    public void Write_again_changes_nothing_on_the_disk()
    {
        var disk = SampleImage.Copy(SampleImage.Classic, _directory);
        OemGrubConfig.Write(disk, Config);
        var before = PartitionBytes(disk, "OEM");
        OemGrubConfig.Write(disk, Config);
        Assert.Equal(before, PartitionBytes(disk, "OEM"));
    }

    [Fact]
    public void Read_of_a_fresh_image_finds_no_file()
    {
        var config = OemGrubConfig.Read(SampleImage.Copy(SampleImage.Classic, _directory));
        Assert.Equal((null, null, ""), (config.ConfigUri, config.LinuxAppend, config.Text));
    }

    [Fact]
    public void Clear_takes_the_file_away_where_nothing_else_is_in_it()
    {
        Tool.Need("debugfs");
        var disk = SampleImage.Copy(SampleImage.Classic, _directory);
        OemGrubConfig.Write(disk, Config);
        OemGrubConfig.Clear(disk);
        Assert.Contains("File not found", Tool.Run("debugfs", "-R", "stat /grub.cfg", ExtractOem(disk)).All, StringComparison.Ordinal);
    }

    [Fact]
    public void Clear_that_finds_nothing_to_change_puts_the_journal_in_place_which_GRUB_does_not_read()
    {
        Tool.Need("debugfs", "e2fsck");
        var disk = SampleImage.Copy(SampleImage.Classic, _directory);
        OemGrubConfig.Write(disk, Config);
        // As after a loss of power: the log holds the file without the URL, and the file is still in its old place.
        var oem = $"{disk}?offset={ImageReader.ReadOnce(disk, image => image.GetPartition("OEM").Start)}";
        var block = Tool.Run("debugfs", "-R", "blocks /grub.cfg", oem).Output.Trim();
        var content = new byte[4096];
        content.AsSpan(0, GuideLine.Length).Fill((byte)'#');
        ExtImages.Debug(oem, "jo", $"jw -b {block} {_directory.Write("new", content)}", "jc");
        Assert.Equal(GuideLine, Tool.Run("debugfs", "-R", "cat /grub.cfg", oem).Output);
        OemGrubConfig.Clear(disk);
        Assert.Equal(new string('#', GuideLine.Length), Tool.Run("debugfs", "-R", "cat /grub.cfg", oem).Output);
        ExtImages.ShouldBeClean(ExtractOem(disk));
    }

    [Fact]
    public void Write_refuses_by_name_an_OEM_that_GRUB_could_not_read()
    {
        Tool.Need("mke2fs", "grub-fstest");
        var disk = SampleImage.Copy(SampleImage.Classic, _directory);
        Assert.Contains("lost+found", Tool.Run("grub-fstest", disk, "ls", "(loop0,gpt6)/").Output, StringComparison.Ordinal);
        using (var image = DiskImage.OpenRead(disk))
        {
            var oem = image.GetPartition("OEM");
            Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-O", "inline_data", "-I", "256", "-L", "OEM", "-E", $"offset={oem.Start}", disk, $"{oem.Size / 1024}k").ShouldSucceed();
        }
        Assert.DoesNotContain("lost+found", Tool.Run("grub-fstest", disk, "ls", "(loop0,gpt6)/").Output, StringComparison.Ordinal);
        var error = Assert.Throws<UnsupportedFeatureException>(() => OemGrubConfig.Write(disk, Config));
        Assert.Equal("inline_data", error.Feature);
    }

    private string ExtractOem(string disk)
    {
        using var image = DiskImage.OpenRead(disk);
        var oem = image.GetPartition("OEM");
        return SampleImage.Extract(disk, oem.Start, oem.Size, _directory["oem"]);
    }

    private static byte[] PartitionBytes(string disk, string label)
    {
        using var image = DiskImage.OpenRead(disk);
        var partition = image.GetPartition(label);
        var bytes = new byte[partition.Size];
        image.Device.Read(partition.Start, bytes);
        return System.Security.Cryptography.SHA256.HashData(bytes);
    }
}
