using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Disks;

[Trait("Kind", "Process")]
public sealed class DiskImageTests
{
    [Theory]
    [InlineData("classic")]
    [InlineData("modern")]
    public void Partitions_of_sample_image_are_those_of_the_guide(string variant)
    {
        using var image = DiskImage.OpenRead(variant == "classic" ? SampleImage.Classic : SampleImage.Modern);
        var lines = image.Partitions.Partitions.Select(p => $"{p.Number} {p.Start} {p.End} {p.Size} {p.FileSystem}|{p.Label}|{string.Join(", ", p.Flags)}");
        Assert.Equal(
        [
            "1 2097152 136314879 134217728 fat16|EFI-SYSTEM|boot, legacy_boot, esp",
            "2 136314880 138412031 2097152 |BIOS-BOOT|bios_grub",
            "3 138412032 1212153855 1073741824 ext2|USR-A|",
            "4 1212153856 2285895679 1073741824 |USR-B|",
            "6 2285895680 2420113407 134217728 ext4|OEM|",
            "7 2420113408 2487222271 67108864 |OEM-CONFIG|",
            "9 2487222272 4754243583 2267021312 ext4|ROOT|",
        ], lines);
        Assert.Equal(new Guid("00000000-0000-0000-0000-000000000001"), image.Partitions.DiskId);
        Assert.Equal(MasterBootRecordKind.Hybrid, image.Partitions.MasterBootRecord);
        Assert.True(image.Partitions.BootFlag);
        Assert.Empty(image.Warnings);
    }

    [Fact]
    public void Usr_partitions_have_priority_tries_and_successful_others_have_not()
    {
        using var image = DiskImage.OpenRead(SampleImage.Classic);
        var usr = image.GetPartition("USR-A");
        Assert.Equal((1, 0, true), (usr.Priority, usr.Tries, usr.Successful));
        Assert.Equal(new Guid("7130c94a-213a-4e5a-8e26-6cce9662f132"), usr.UniqueId);
        Assert.Equal((0, 0, false), (image.GetPartition("USR-B").Priority, image.GetPartition("USR-B").Tries, image.GetPartition("USR-B").Successful));
        Assert.Null(image.GetPartition("OEM").Priority);
        Assert.Equal("2017-1130", image.GetPartition("EFI-SYSTEM").FileSystemUuid);
        Assert.Equal("OEM", image.GetPartition("6").FileSystemLabel);
    }

    [Fact]
    public void Partition_that_does_not_exist_is_named_with_those_that_do()
    {
        using var image = DiskImage.OpenRead(SampleImage.Classic);
        var error = Assert.Throws<ItemNotFoundException>(() => image.GetPartition("oem"));
        Assert.Equal("PartitionNotFound", error.ErrorId);
        Assert.Contains("OEM-CONFIG", error.Message, StringComparison.Ordinal);
    }
}
