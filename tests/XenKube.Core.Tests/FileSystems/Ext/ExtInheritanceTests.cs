using XenKube.Devices;
using XenKube.FileSystems;
using XenKube.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>What a new entry gets from its directory, as in Linux: the group of a set-group-ID directory, and a default ACL.</summary>
[Trait("Kind", "Process")]
public class ExtInheritanceTests
{
    // user::rwx, user:500:rwx, group::r-x, mask::rwx, other::--- as setfacl -d -m u:500:rwx,o::- leaves it on a directory of mode 755.
    private static readonly byte[] Acl = Convert.FromHexString("01000000" + "01000700" + "02000700F4010000" + "04000500" + "10000700" + "20000000");

    [Theory]
    [InlineData("-t ext4 -b 1024")]
    [InlineData("-t ext4 -b 1024 -I 128 -O ^metadata_csum")]
    [InlineData("-t ext2 -b 1024")]
    [InlineData("-t ext4 -b 1024 -O inline_data")]
    public void New_entries_get_group_and_acl_of_their_directory(string options)
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/group/old", "x");
        directory.Write("tree/acl/old", "x");
        var image = ExtImages.Make(directory["image"], 16 << 20, [.. options.Split(' '), "-d", directory["tree"]]);
        using (var device = FileDevice.Open(image, writable: true))
        using (var files = ExtFileSystem.Open(device))
        {
            files.SetAttributes("/group", new FileAttributesChange(Mode: 0x5ED, GroupId: 500));
            files.SetAttributes("/acl", new FileAttributesChange { ExtendedAttributes = new Dictionary<string, byte[]> { ["system.posix_acl_default"] = Acl } });
            foreach (var place in new[] { "/group", "/acl" })
            {
                files.WriteFile($"{place}/file", ExtImages.Pattern(3000, 1));
                files.WriteFile($"{place}/private", "x"u8, new FileAttributesChange(Mode: 0x180));
                files.CreateDirectory($"{place}/directory");
                files.CreateSymbolicLink($"{place}/link", "file");
            }
            files.WriteFile("/acl/directory/below", "x"u8);
            files.WriteFile("/group/of-its-own", "x"u8, new FileAttributesChange(GroupId: 7));

            (int Mode, long Group) Of(string path) => (files.Find(path, followLink: false)!.Mode, files.Find(path, followLink: false)!.GroupId);
            Assert.Equal((0x1A4, 500), Of("/group/file"));
            Assert.Equal((0x180, 500), Of("/group/private"));
            Assert.Equal((0x5ED, 500), Of("/group/directory"));
            Assert.Equal(500, Of("/group/link").Group);
            Assert.Equal(7, Of("/group/of-its-own").Group);

            // Linux: touch and mkdir in such a directory give 660 and 770; the mask of the ACL is the group's part of the mode.
            Assert.Equal(0x1B0, Of("/acl/file").Mode);
            Assert.Equal(0x180, Of("/acl/private").Mode);
            Assert.Equal(0x1F8, Of("/acl/directory").Mode);
            Assert.Equal(0x1B0, Of("/acl/directory/below").Mode);
            Assert.Equal(Acl, files.ReadExtendedAttributes("/acl/directory")["system.posix_acl_default"]);
            Assert.Equal("010000000100060002000700F4010000040005001000060020000000", Convert.ToHexString(files.ReadExtendedAttributes("/acl/file")["system.posix_acl_access"]));
            Assert.Equal("010000000100060002000700F4010000040005001000000020000000", Convert.ToHexString(files.ReadExtendedAttributes("/acl/private")["system.posix_acl_access"]));
            Assert.Empty(files.ReadExtendedAttributes("/acl/link"));
        }
        ExtImages.ShouldBeClean(image, options);
        Assert.Equal(ExtImages.Pattern(3000, 1), ExtImages.Cat(image, "/acl/file"));
        Assert.Contains("Mode:  0660", ExtImages.Stat(image, "/acl/file"), StringComparison.Ordinal);
        Assert.Contains("system.posix_acl_access", ExtImages.Stat(image, "/acl/file"), StringComparison.Ordinal);
        Assert.Contains("Group:   500", ExtImages.Stat(image, "/group/directory"), StringComparison.Ordinal);
    }

    [Fact]
    public void Kernel_gives_new_entries_the_same()
    {
        Tool.Need("mke2fs", "stat", "touch", "mkdir");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4");
        using (var device = FileDevice.Open(image, writable: true))
        using (var files = ExtFileSystem.Open(device))
        {
            files.CreateDirectory("/acl", new FileAttributesChange { ExtendedAttributes = new Dictionary<string, byte[]> { ["system.posix_acl_default"] = Acl } });
            files.WriteFile("/acl/ours", "x"u8);
            files.CreateDirectory("/acl/our-directory");
        }
        using var mount = LoopMount.Need(directory, image);
        Tool.Run("mkdir", mount["/acl/their-directory"]).ShouldSucceed();
        Tool.Run("touch", mount["/acl/theirs"]).ShouldSucceed();
        string Of(string name) => Tool.Run("stat", "--format=%a", mount["/acl/" + name]).ShouldSucceed().Output
            + (Tool.Find("getfacl") is null ? "" : Tool.Run("getfacl", "--omit-header", "--numeric", "--absolute-names", mount["/acl/" + name]).ShouldSucceed().Output);
        Assert.Equal(Of("their-directory"), Of("our-directory"));
        Assert.Equal(Of("theirs"), Of("ours"));
    }
}
