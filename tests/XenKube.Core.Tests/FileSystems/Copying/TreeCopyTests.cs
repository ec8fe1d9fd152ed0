using System.Buffers.Binary;
using XenKube.Devices;
using XenKube.FileSystems;
using XenKube.FileSystems.Copying;
using XenKube.FileSystems.Detection;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Copying;

/// <summary>Copies out of file systems that a hostile guest could have made, with files beside the destination that have to stay as they are.</summary>
[Trait("Kind", "Process")]
public sealed class TreeCopyTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly List<XenKubeException> _failed = [];
    private readonly List<string> _warnings = [];

    public TreeCopyTests()
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        Directory.CreateDirectory(_folder["host"]);
        File.WriteAllText(_folder["host/canary"], "host");
        Directory.CreateDirectory(_folder["tree/d"]);
    }

    public void Dispose()
    {
        // .NET does not remove names that are not UTF-8.
        Tool.Run("rm", "-rf", _folder["tree"], _folder["out"]);
        _folder.Dispose();
    }

    [Fact]
    public void Name_that_occurs_twice_is_refused_and_the_rest_is_copied()
    {
        File.CreateSymbolicLink(_folder["tree/d/x"], _folder["host"]);
        Directory.CreateDirectory(_folder["tree/d/y"]);
        File.WriteAllText(_folder["tree/d/y/canary"], "evil");
        File.WriteAllText(_folder["tree/d/z"], "fine");
        var image = Make();
        // The entry of y: length of its name, kind directory, the name.
        Patch(image, [1, 2, (byte)'y'], [1, 2, (byte)'x']);
        ToHost(image, "/d", "out");
        Assert.Equal(["host"], [File.ReadAllText(_folder["host/canary"])]);
        Assert.Equal([_folder["host/canary"]], Directory.GetFileSystemEntries(_folder["host"]));
        Assert.Equal([_folder["out/z"]], Directory.GetFileSystemEntries(_folder["out"]));
        Assert.Equal("CorruptImage", Assert.Single(_failed).ErrorId);
        Assert.Contains("/d/x", _failed[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qq", "..")]
    [InlineData("q", ".")]
    [InlineData("qqq", "../")]
    [InlineData("qqqqqqqqq", "../canary")]
    [InlineData("qqqq", "/tmp")]
    [InlineData("qqq", "a/b")]
    public void Name_that_is_not_a_single_name_leads_nowhere(string name, string patched)
    {
        File.WriteAllText(_folder["canary"], "host");
        File.WriteAllText(_folder["tree/d/" + name], "evil");
        var image = Make();
        byte[] Entry(string text) => [(byte)text.Length, 1, .. System.Text.Encoding.ASCII.GetBytes(text)];
        Patch(image, Entry(name), Entry(patched));
        ToHost(image, "/", "out");
        Assert.Equal("host", File.ReadAllText(_folder["canary"]));
        Assert.Equal(["canary", "fs.img", "host", "out", "tree"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("evil", Directory.EnumerateFiles(_folder["out"], "*", SearchOption.AllDirectories).Select(File.ReadAllText));
    }

    [Fact]
    public void Directory_that_is_in_itself_ends_the_copy_of_it_with_an_error()
    {
        File.WriteAllText(_folder["tree/d/f"], "fine");
        var image = Make();
        Debugfs(image, "ln /d /d/loop");
        ToHost(image, "/d", "out");
        Assert.Equal("fine", File.ReadAllText(_folder["out/f"]));
        Assert.Contains(_failed, error => error.ErrorId == "CorruptImage" && error.Message.Contains("/d/loop", StringComparison.Ordinal));
    }

    [Fact]
    public void Damaged_inode_hides_no_other_file()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            File.WriteAllText(_folder["tree/d/" + name], name);
        }
        var image = Make("metadata_csum");
        Debugfs(image, "sif /d/b checksum 0x1234");
        ToHost(image, "/d", "out");
        Assert.Equal(["a", "c"], Directory.GetFiles(_folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("/d/b", Assert.Single(_failed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_breaks_off_leaves_the_old_one_and_names_image_and_file()
    {
        Tool.Need("mkfs.fat", "mcopy");
        var image = _folder["fat.img"];
        Tool.Run("mkfs.fat", "-C", "-F", "16", image, "20480").ShouldSucceed();
        var content = new byte[300_000];
        new Random(1).NextBytes(content);
        _folder.Write("kernel", content);
        Tool.Run("mcopy", "-i", image, _folder["kernel"], "::/kernel").ShouldSucceed();
        Tool.Run("mcopy", "-i", image, _folder["host/canary"], "::/ok.txt").ShouldSucceed();
        var bytes = File.ReadAllBytes(image);
        int sector = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(11)), reserved = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(14)), size = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(22));
        for (var copy = 0; copy < bytes[16]; copy++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(((reserved + copy * size) * sector) + (2 * 20)), 0);
        }
        File.WriteAllBytes(image, bytes);
        File.WriteAllText(_folder["kernel"], "old");
        using (var device = FileDevice.Open(image, writable: false))
        using (var files = FileSystem.Open(device))
        {
            var error = Assert.Throws<CorruptImageException>(() => TreeCopy.ToHost(files, "/kernel", "kernel", _folder["kernel"], Options));
            Assert.Contains("fat.img", error.Message, StringComparison.Ordinal);
            Assert.Contains("/kernel", error.Message, StringComparison.Ordinal);
        }
        Assert.Equal("old", File.ReadAllText(_folder["kernel"]));
        ToHost(image, "/", "out");
        Assert.Equal([_folder["out/ok.txt"]], Directory.GetFileSystemEntries(_folder["out"]));
        Assert.Single(_failed);
    }

    [Fact]
    public void Copy_that_is_cancelled_leaves_nothing_half_made()
    {
        File.WriteAllBytes(_folder["tree/d/large"], new byte[4 << 20]);
        var image = Make();
        Directory.CreateDirectory(_folder["out"]);
        using var device = FileDevice.Open(image, writable: false);
        using var files = FileSystem.Open(device);
        using var stop = new CancellationTokenSource();
        var stopping = new WatchedReading(files, stop.Cancel);
        Assert.Throws<OperationCanceledException>(() => TreeCopy.ToHost(stopping, "/d/large", "large", _folder["out"], Options, stop.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_folder["out"]));
    }

    [Fact]
    public void Copy_that_is_cancelled_leaves_no_half_file_in_a_new_directory()
    {
        File.WriteAllText(_folder["tree/d/a"], "whole");
        File.WriteAllBytes(_folder["tree/d/large"], [.. Enumerable.Repeat((byte)1, 4 << 20)]);
        var image = Make();
        using var device = FileDevice.Open(image, writable: false);
        using var files = FileSystem.Open(device);
        using var stop = new CancellationTokenSource();
        var stopping = new WatchedReading(files, () => { }, position =>
        {
            // A part of the second file is written.
            if (position > 0 && Directory.GetFiles(_folder["out"]).Length == 2)
            {
                stop.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() => TreeCopy.ToHost(stopping, "/d", "d", _folder["out"], Options, stop.Token));
        Assert.Equal([_folder["out/a"]], Directory.GetFileSystemEntries(_folder["out"]));
    }

    [Fact]
    public void Link_that_appears_in_a_new_directory_is_not_followed()
    {
        File.WriteAllText(_folder["tree/d/a"], "guest");
        File.WriteAllText(_folder["tree/d/b"], "guest");
        var image = Make();
        using var device = FileDevice.Open(image, writable: false);
        using var files = FileSystem.Open(device);
        // Somebody else who may write in the new directory.
        var opened = 0;
        var planting = new WatchedReading(files, () =>
        {
            if (++opened == 2)
            {
                File.CreateSymbolicLink(_folder["out/b"], _folder["host/canary"]);
            }
        });
        TreeCopy.ToHost(planting, "/d", "d", _folder["out"], Options);
        Assert.Equal("host", File.ReadAllText(_folder["host/canary"]));
        Assert.Equal(["guest", "guest"], Directory.GetFiles(_folder["out"]).Select(File.ReadAllText));
        Assert.Null(new FileInfo(_folder["out/b"]).LinkTarget);
    }

    [Fact]
    public void Names_that_are_not_utf8_keep_their_bytes_both_ways()
    {
        Tool.Run("sh", ["-c", "printf guest > \"$(printf 'tree/d/a\\377b')\""], null, _folder.Path).ShouldSucceed();
        var image = Make();
        ToHost(image, "/d", "out");
        Assert.Empty(_failed);
        Tool.Run("sh", ["-c", "cat \"$(printf 'out/a\\377b')\""], null, _folder.Path).ShouldSucceed();
        using (var device = FileDevice.Open(image, writable: true))
        using (var files = FileSystem.Open(device))
        {
            TreeCopy.FromHost(_folder["out"], files, "/back", Options);
            var entry = Assert.Single(files.List("/back"));
            using (var reader = new StreamReader(files.OpenRead(entry.Path)))
            {
                Assert.Equal("guest", reader.ReadToEnd());
            }
            files.Rename(entry.Path, "/back/" + entry.Name + "2");
            files.WriteFile("/back/" + entry.Name, "again"u8);
            Assert.Equal(2, files.List("/back").Count);
            Assert.True(files.Remove("/back/" + entry.Name));
        }
        Assert.Contains("a\\xffb2", Tool.Run("debugfs", "-R", "ls /back", image).All.Replace("M-^?", "\\xff", StringComparison.Ordinal), StringComparison.Ordinal);
        Tool.Run("e2fsck", "-fn", image).ShouldSucceed();
    }

    private TreeCopyOptions Options => new() { Recurse = true, Failed = _failed.Add, Warn = _warnings.Add };

    private string Make(string features = "^metadata_csum")
    {
        var image = _folder["fs.img"];
        Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-O", features, "-d", _folder["tree"], image, "16M").ShouldSucceed();
        return image;
    }

    private static void Debugfs(string image, string request) => Tool.Run("debugfs", "-w", "-R", request, image).ShouldSucceed();

    private static void Patch(string image, byte[] old, byte[] value)
    {
        var bytes = File.ReadAllBytes(image);
        var at = bytes.AsSpan().IndexOf(old);
        Assert.True(at > 0);
        value.CopyTo(bytes, at);
        File.WriteAllBytes(image, bytes);
    }

    private void ToHost(string image, string path, string destination)
    {
        using var device = FileDevice.Open(image, writable: false);
        using var files = FileSystem.Open(device);
        TreeCopy.ToHost(files, path, "copy", _folder[destination], Options);
    }

    /// <summary>Tells when a file is opened, and when a part of one is read.</summary>
    private sealed class WatchedReading(IFileSystem files, Action opened, Action<long>? read = null) : IFileSystem
    {
        public string Kind => files.Kind;

        public string Label => files.Label;

        public string Uuid => files.Uuid;

        public bool CanWrite => false;

        public long Size => files.Size;

        public long FreeBytes => files.FreeBytes;

        public FileSystemEntry? Find(string path, bool followLink = true) => files.Find(path, followLink);

        public IReadOnlyList<FileSystemEntry> List(string path) => files.List(path);

        public Stream OpenRead(string path)
        {
            opened();
            return read is null ? files.OpenRead(path) : new WatchedStream(files.OpenRead(path), read);
        }

        public void WriteFile(string path, ReadOnlySpan<byte> content, FileAttributesChange? attributes = null) => throw new NotSupportedException();

        public void WriteFile(string path, Stream content, FileAttributesChange? attributes = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public void SetAttributes(string path, FileAttributesChange attributes, bool followLink = true) => throw new NotSupportedException();

        public void CreateHardLink(string path, string existing) => throw new NotSupportedException();

        public IReadOnlyDictionary<string, byte[]> ReadExtendedAttributes(string path) => files.ReadExtendedAttributes(path);

        public IFileSystemBatch BeginBatch() => throw new NotSupportedException();

        public void CreateDirectory(string path, FileAttributesChange? attributes = null) => throw new NotSupportedException();

        public void CreateSymbolicLink(string path, string target) => throw new NotSupportedException();

        public bool Remove(string path) => throw new NotSupportedException();

        public void Rename(string path, string newPath) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    private sealed class WatchedStream(Stream stream, Action<long> read) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => stream.Length;

        public override long Position
        {
            get => stream.Position;
            set => stream.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            read(stream.Position);
            return stream.Read(buffer, offset, count);
        }

        public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
