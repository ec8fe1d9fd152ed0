using XenKube.Clusters;
using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Tests.Booting;
using XenKube.Tests.Cli;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Images that were fetched by hand: verified, named after what is on them; and images that are removed.</summary>
[Trait("Kind", "Process")]
public sealed class ImageImportTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly XenDirectory _directory;

    public ImageImportTests()
    {
        Directory.CreateDirectory(_folder["guests/web"]);
        _directory = new XenDirectory(_folder.Path, onWait: null);
        new TrustStore(_directory.KeysPath).Import(Path.Combine(Project.Root, "tests/assets/Sample_Image_Signing_Key.asc"));
    }

    private static string Sample => Path.Combine(Project.Root, "tests/assets/release/amd64-usr/1520.9.0/coreos_production_xen_image.bin.bz2");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("flatcar", "bzip2 -1 -c", "flatcar-4593.2.5.bin.bz2")]
    [InlineData("flatcar", "gzip -1 -c", "flatcar-4593.2.5.raw.gz")]
    [InlineData("fedora-coreos", "xz -0 -c -T2 --block-size=4MiB", "fedora-coreos-44.20261101.3.0.raw.xz")]
    [InlineData("fedora-coreos", "zstd -q -c", "fedora-coreos-44.20261101.3.0.raw.zst")]
    public void Image_is_named_after_what_its_partitions_say_whatever_the_file_is_called(string image, string program, string name)
    {
        LayoutImage.NeedTools();
        Tool.Need(program.Split(' ')[0]);
        NodeImages.Make(image, _folder, "disk", null, image == "flatcar" ? ["4593.2.5"] : []);
        var file = Pack("something.bin", program);
        var imported = Import(file, new ImageImport { SkipVerification = true });
        Assert.Equal(name, Path.GetFileName(imported.Image.Path));
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(imported.Image.Path));
        Assert.Contains("not checked", Assert.Single(imported.Warnings), StringComparison.Ordinal);
        Assert.Equal([name], Files());
        Assert.True(File.Exists(file));
        // Nodes are made of the image by its name.
        new NodeStore(_directory).Create("web", ["node-1"], NodeImage.Find(_directory, imported.Image.ToString(), skipVerification: true), new NodeDiskOptions());
        Assert.Equal(imported.Image.Version, new NodeStore(_directory).Get("web", "node-1").Release);
    }

    [Fact]
    public void Image_is_verified_by_the_signature_next_to_it_or_by_another_file()
    {
        var first = Import(Sample, new ImageImport());
        Assert.Equal(("coreos-1520.9.0", false, true), (first.Image.ToString(), first.WasPresent, first.Image.IsVerified == true));
        Assert.Equal(["coreos-1520.9.0.bin.bz2", "coreos-1520.9.0.bin.bz2.sig"], Files());
        Assert.True(SignatureVerifier.Verify(first.Image.Path, null, new TrustStore(_directory.KeysPath)).IsTrusted);
        Assert.True(Import(Sample, new ImageImport()).WasPresent);
        Array.ForEach(Files(), name => File.Delete(_folder[$"images/{name}"]));
        File.Copy(Sample, _folder["elsewhere"]);
        Assert.Equal("SignatureNotFound", Assert.ThrowsAny<XenKubeException>(() => Import(_folder["elsewhere"], new ImageImport())).ErrorId);
        Assert.Equal("coreos-1520.9.0", Import(_folder["elsewhere"], new ImageImport { SignatureFile = Sample + ".sig", Version = "1520.9.0" }).Image.ToString());
    }

    [Fact]
    public void Image_that_is_not_signed_so_or_is_another_release_is_not_taken()
    {
        var bytes = File.ReadAllBytes(Sample);
        bytes[5000] ^= 1;
        var changed = _folder.Write("changed", bytes);
        Assert.Equal("ImageNotTrusted", Refused(changed, new ImageImport { SignatureFile = Sample + ".sig" }));
        Assert.Equal("VersionMismatch", Refused(Sample, new ImageImport { Version = "1520.8.0" }));
        Assert.Equal("VersionInvalid", Refused(Sample, new ImageImport { Version = "../x" }));
        Assert.Equal("ImageNameInvalid", Refused(Sample, new ImageImport { Name = "../x" }));
        Assert.Equal("ImageNotFound", Refused(_folder["gone"], new ImageImport()));
        new TrustStore(_directory.KeysPath).Remove(new TrustStore(_directory.KeysPath).List()[0].Fingerprint);
        Assert.Equal("ImageNotTrusted", Refused(Sample, new ImageImport()));
        Assert.Empty(Files());
    }

    [Fact]
    public void Image_that_does_not_say_what_it_is_needs_a_name_and_a_version()
    {
        Tool.Need("gzip");
        _folder.Write("disk", new byte[100_000]);
        var file = Pack("unknown.gz", "gzip -c");
        Assert.Equal("ImageReleaseUnknown", Refused(file, new ImageImport { SkipVerification = true }));
        Assert.Equal("ImageReleaseUnknown", Refused(file, new ImageImport { SkipVerification = true, Name = "own" }));
        Assert.Equal("own-1.2.3", Import(file, new ImageImport { SkipVerification = true, Name = "own", Version = "1.2.3" }).Image.ToString());
        Assert.Equal("UnsupportedFeature", Refused(_folder["disk"], new ImageImport { SkipVerification = true, Name = "own", Version = "1" }));
        _folder.Write("disk", new byte[200_000]);
        var other = Pack("other.gz", "gzip -c");
        var again = new ImageImport { SkipVerification = true, Name = "own", Version = "1.2.3" };
        Assert.Equal("ImageExists", Refused(other, again));
        Assert.Equal(File.ReadAllBytes(other), File.ReadAllBytes(Import(other, again with { Force = true }).Image.Path));
    }

    [Fact]
    public void Image_goes_with_its_signature_its_cache_and_what_a_download_left()
    {
        var image = Import(Sample, new ImageImport()).Image;
        NodeDiskWriter.Write(image.Path, [_folder["a.img"]], new NodeDiskOptions(Cache: true));
        File.WriteAllText(image.Path + ".part", "");
        _folder.Write("images/coreos-1520.9.0.bin.bz2.txt", "not ours");
        Assert.Contains("coreos-1520.9.0.bin", Files());
        CommandLineRun.Of("image", "remove", "coreos-15*", "--xen-dir", _folder.Path).ShouldSucceed();
        Assert.Equal(["coreos-1520.9.0.bin.bz2.txt"], Files());
        Assert.Equal(1, CommandLineRun.Of("image", "remove", "1520.9.0", "--xen-dir", _folder.Path).ExitCode);
    }

    [Fact]
    public void File_that_only_has_the_name_of_a_cache_stays()
    {
        var image = Import(Sample, new ImageImport()).Image;
        _folder.Write("images/coreos-1520.9.0.bin", "somebody's");
        new ImageRemoval(_directory).Remove(image);
        Assert.Equal(["coreos-1520.9.0.bin"], Files());
    }

    [Fact]
    public void Image_in_use_is_kept_without_force()
    {
        Tool.Need("tail");
        var image = Import(Sample, new ImageImport()).Image;
        var removal = new ImageRemoval(_directory);
        new NodeStore(_directory).Create("web", ["node-1"], NodeImage.Find(_directory, "1520.9.0"), new NodeDiskOptions());
        var error = Assert.Throws<ItemInUseException>(() => removal.Remove(image));
        Assert.Equal("StoredImageInUse", error.ErrorId);
        Assert.Contains("web/node-1", error.Message, StringComparison.Ordinal);
        new NodeStore(_directory).Remove(new NodeStore(_directory).Get("web", "node-1"));
        using (var reader = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Tool.Find("tail")!, ["-f", image.Path]) { RedirectStandardOutput = true })!)
        {
            try
            {
                // The first bytes show that the program has the file open.
                _ = reader.StandardOutput.BaseStream.ReadByte();
                Assert.Contains("tail", Assert.Throws<ItemInUseException>(() => removal.Remove(image)).Message, StringComparison.Ordinal);
                Assert.Equal(1, CommandLineRun.Of("image", "remove", "1520.9.0", "--xen-dir", _folder.Path).ExitCode);
                Assert.True(File.Exists(image.Path));
                CommandLineRun.Of("image", "remove", "1520.9.0", "--force", "--xen-dir", _folder.Path).ShouldSucceed();
            }
            finally
            {
                reader.Kill();
                reader.WaitForExit();
            }
        }
        Assert.Empty(Files());
    }

    [Fact]
    public void Command_line_imports_and_saves()
    {
        Assert.EndsWith("coreos-1520.9.0.bin.bz2", CommandLineRun.Of("image", "import", Sample, "--xen-dir", _folder.Path).ShouldSucceed().Output.Trim(), StringComparison.Ordinal);
        using (var json = System.Text.Json.JsonDocument.Parse(CommandLineRun.Of("image", "import", Sample, "--json", "--xen-dir", _folder.Path).ShouldSucceed().Output))
        {
            Assert.Equal("1520.9.0", json.RootElement[0].GetProperty("version").GetString());
        }
        CommandLineRun.Of("image", "remove", "*", "--xen-dir", _folder.Path).ShouldSucceed();
        var mirror = Path.Combine(Project.Root, "tests/assets/release");
        foreach (var verb in new[] { "save", "get" })
        {
            Assert.EndsWith("coreos-1520.9.0.bin.bz2", CommandLineRun.Of("image", verb, "--base-uri", mirror, "--xen-dir", _folder.Path).ShouldSucceed().Output.Trim(), StringComparison.Ordinal);
        }
    }

    private ImageDownload Import(string file, ImageImport import) => new ImageImporter(_directory).Import(file, import);

    private string Refused(string file, ImageImport import) => Assert.ThrowsAny<XenKubeException>(() => Import(file, import)).ErrorId;

    private string Pack(string name, string program) =>
        _folder.Write(name, Tool.Run(program.Split(' ')[0], [.. program.Split(' ')[1..], _folder["disk"]]).ShouldSucceed().OutputBytes);

    private string[] Files() => Directory.Exists(_folder["images"])
        ? [.. Directory.GetFiles(_folder["images"]).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)] : [];
}
