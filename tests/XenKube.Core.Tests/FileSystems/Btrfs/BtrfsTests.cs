using System.Globalization;
using XenKube.Devices;
using XenKube.FileSystems;
using XenKube.FileSystems.Copying;
using XenKube.FileSystems.Detection;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Btrfs;

/// <summary>btrfs as mkfs.btrfs and the kernel make it, read against the tree that it was made from.</summary>
[Trait("Kind", "Process")]
public sealed class BtrfsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--mixed -m single -d single", 64)]
    [InlineData("-m single -d single", 160)]
    [InlineData("-m dup -d single", 200)]
    [InlineData("-n 4096", 200)]
    [InlineData("-n 65536", 256)]
    [InlineData("--csum xxhash", 200)]
    [InlineData("--csum sha256", 200)]
    [InlineData("-O ^no-holes -R ^free-space-tree", 200)]
    public void Tree_that_mkfs_puts_into_an_image_is_read_to_the_byte(string options, int mebibytes)
    {
        Tool.Need("mkfs.btrfs");
        MakeTree();
        var made = Make(options.Split(' '), mebibytes);
        Assert.SkipWhen(made.ExitCode != 0, $"this mkfs.btrfs cannot: {made.All}");
        using var files = Open();
        Assert.Equal(("btrfs", "OEM", false), (files.Kind, files.Label, files.CanWrite));
        Assert.Equal(Tool.Run("blkid", "-p", "-s", "UUID", "-o", "value", _folder["fs"]).Output.Trim(), files.Uuid);
        Compare(files);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("zlib")]
    [InlineData("none")]
    public void Tree_that_the_kernel_wrote_is_read_to_the_byte(string compression)
    {
        Tool.Need("mkfs.btrfs", "cp");
        MakeTree();
        Tool.Run("truncate", "-s", "200M", _folder["fs"]).ShouldSucceed();
        Tool.Run("mkfs.btrfs", "-q", "--mixed", "-L", "OEM", _folder["fs"]).ShouldSucceed();
        using (var mount = LoopMount.Need(_folder, _folder["fs"], compression == "none" ? "loop" : $"loop,compress-force={compression}"))
        {
            Tool.Run("cp", "-a", $"{_folder["tree"]}/.", mount.Path).ShouldSucceed();
            // A file whose checksums are off, and one that was written in pieces and over itself.
            Tool.Run("sh", "-c", "cd $0; touch plain; chattr +C plain; cat big > plain; for i in 9 3 5; do dd if=big of=pieces bs=50000 skip=$i seek=$i count=2 conv=notrunc status=none; sync; done", mount.Path).ShouldSucceed();
            Tool.Run("sh", "-c", "cd $0; cp -a $1/plain $1/pieces .", _folder["tree"], mount.Path).ShouldSucceed();
        }
        using var files = Open();
        Compare(files);
    }

    [Fact]
    public void Lzo_is_refused_by_name()
    {
        Tool.Need("mkfs.btrfs");
        Tool.Run("truncate", "-s", "160M", _folder["fs"]).ShouldSucceed();
        Tool.Run("mkfs.btrfs", "-q", "--mixed", _folder["fs"]).ShouldSucceed();
        using (var mount = LoopMount.Need(_folder, _folder["fs"], "loop,compress-force=lzo"))
        {
            // Not by .NET, which allocates a file before it writes: btrfs does not compress such a file.
            Tool.Run("sh", "-c", "head -c 100000 /dev/zero > $0/file", mount.Path).ShouldSucceed();
        }
        using var files = Open();
        Assert.Contains("LZO", Assert.Throws<UnsupportedFeatureException>(() => files.OpenRead("/file").CopyTo(Stream.Null)).Feature, StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_lead_over_links_and_what_is_not_there_is_nothing()
    {
        Tool.Need("mkfs.btrfs");
        MakeTree();
        Make(["--mixed"], 64).ShouldSucceed();
        using var files = Open();
        Assert.Equal(FileSystemEntryKind.SymbolicLink, files.Find("/link", followLink: false)!.Kind);
        Assert.Equal("/directory/small", files.Find("/link")!.Path);
        Assert.Equal("/directory/small", files.Find("/directory/../directory/./small")!.Path);
        Assert.Equal("/", files.Find("/..")!.Path);
        Assert.Null(files.Find("/nothing"));
        Assert.Null(files.Find("/big/below"));
        Assert.Throws<InvalidInputException>(() => files.Find("/loop"));
        Assert.Throws<ItemNotFoundException>(() => files.OpenRead("/nothing"));
        Assert.Throws<ItemExistsException>(() => files.OpenRead("/directory"));
        Assert.Throws<ItemNotFoundException>(() => files.List("/big"));
        foreach (var edit in new Action[] { () => files.WriteFile("/big", [1]), () => files.Remove("/big"), () => files.CreateDirectory("/new"), () => files.Rename("/big", "/b") })
        {
            Assert.Equal("btrfs", Assert.Throws<UnsupportedFeatureException>(edit).Feature);
        }
    }

    [Fact]
    public void Inodes_of_two_subvolumes_are_not_taken_for_one()
    {
        Tool.Need("mkfs.btrfs", "btrfs", "cp", "diff");
        Tool.Run("truncate", "-s", "200M", _folder["fs"]).ShouldSucceed();
        Tool.Run("mkfs.btrfs", "-q", "--mixed", _folder["fs"]).ShouldSucceed();
        using (var mount = LoopMount.Need(_folder, _folder["fs"]))
        {
            // Inode numbers begin again in each subvolume: its root is 256, and the files of two names have the same numbers here.
            Tool.Run("sh", "-c", """
                cd $0; for at in a b a/inside; do
                  btrfs -q subvolume create $at && echo "content of $at" > $at/one && ln $at/one $at/two || exit
                done; cp -a . $1
                """, mount.Path, Directory.CreateDirectory(_folder["tree"]).FullName).ShouldSucceed();
        }
        using var files = Open();
        Assert.Equal(files.Find("/a/one")!.Id, files.Find("/b/one")!.Id);
        TreeCopy.ToHost(files, "/", "copy", _folder["copy"], new TreeCopyOptions { Recurse = true });
        Tool.Run("diff", "-r", _folder["tree"], _folder["copy"]).ShouldSucceed();
        foreach (var at in new[] { "a", "b", "a/inside" })
        {
            Assert.Equal("2", Tool.Run("stat", "-c", "%h", _folder[$"copy/{at}/two"]).ShouldSucceed().Output.Trim());
        }
    }

    private void MakeTree()
    {
        var random = new Random(1);
        void Write(string name, byte[] content)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[$"tree/{name}"])!);
            File.WriteAllBytes(_folder[$"tree/{name}"], content);
        }
        byte[] Noise(int length)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            return bytes;
        }
        Write("directory/small", "set linux_append=\"a=1\"\n"u8.ToArray());
        Write("empty", []);
        Write("grub.cfg", Noise(2000));
        Write("big", Noise(700_001));
        Write("text", System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 60_000).Select(i => i.ToString(CultureInfo.InvariantCulture)))));
        Write("zeros", new byte[300_000]);
        Write("half page", Noise(4096 + 10));
        Write("n\u00e4me-\u65e5\u672c", [1]);
        for (var i = 0; i < 700; i++)
        {
            Write($"many/file-with-a-name-{i}", BitConverter.GetBytes(i));
        }
        using (var sparse = File.Create(_folder["tree/sparse"]))
        {
            sparse.Position = 3_000_000;
            sparse.Write("end"u8);
        }
        File.CreateSymbolicLink(_folder["tree/link"], "directory/small");
        File.CreateSymbolicLink(_folder["tree/absolute"], "/directory");
        File.CreateSymbolicLink(_folder["tree/loop"], "loop");
        File.SetUnixFileMode(_folder["tree/big"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private ToolResult Make(string[] options, int mebibytes)
    {
        Tool.Run("truncate", "-s", $"{mebibytes}M", _folder["fs"]).ShouldSucceed();
        return Tool.Run("mkfs.btrfs", ["-q", "-L", "OEM", .. options, "--rootdir", _folder["tree"], _folder["fs"]]);
    }

    private IFileSystem Open() => FileSystem.Open(FileDevice.Open(_folder["fs"], writable: false));

    private void Compare(IFileSystem files)
    {
        var expected = new DirectoryInfo(_folder["tree"]).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).ToDictionary(file => file.FullName[_folder["tree"].Length..]);
        var found = new List<string>();
        void Walk(string directory)
        {
            foreach (var entry in files.List(directory))
            {
                found.Add(entry.Path);
                var file = expected[entry.Path];
                Assert.Equal((entry.Path, (int)(file.LinkTarget is null ? file.UnixFileMode : (UnixFileMode)entry.Mode)), (entry.Path, entry.Mode));
                Assert.Equal(file.LinkTarget, entry.LinkTarget);
                if (entry.Kind == FileSystemEntryKind.Directory)
                {
                    Walk(entry.Path);
                }
                else if (entry.Kind == FileSystemEntryKind.File)
                {
                    Assert.Equal(file.LastWriteTimeUtc, entry.LastWriteTimeUtc, TimeSpan.FromSeconds(1));
                    var content = new MemoryStream();
                    using var stream = files.OpenRead(entry.Path);
                    stream.CopyTo(content, 70_000);
                    Assert.True(File.ReadAllBytes(file.FullName).AsSpan().SequenceEqual(content.ToArray()), entry.Path);
                }
            }
        }
        Walk("/");
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }
}
