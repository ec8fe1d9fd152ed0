using System.Diagnostics;
using System.Text;
using XenKube.Clusters;
using XenKube.Files;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Ignition.Templates;
using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Images.Transfer;
using XenKube.Posix;
using XenKube.Tests.Cli;
using XenKube.Tests.Support;

namespace XenKube.Tests.Attacks;

/// <summary>
/// What another user of dom0 tries. As root, the attacker's files belong to nobody; as a user, the attacker is one who may write the same
/// directory, which is all that a user can make without help. A canary is a file that must stay as it is.
/// </summary>
[Trait("Kind", "Process")]
public sealed class LocalUserTests : IDisposable
{
    private const uint Nobody = 65534;
    private const UnixFileMode Everybody = (UnixFileMode)0x1FF;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _folder = new();
    private readonly string _canary;

    public LocalUserTests() => _canary = _folder.Write("canary", "alive");

    public void Dispose() => _folder.Dispose();

    private static bool IsRoot => Libc.UserId == 0;

    private XenDirectory XenDir => new(_folder["xen"], onWait: null);

    private void CheckCanary()
    {
        Assert.Equal("alive", File.ReadAllText(_canary));
        Assert.Equal(Libc.UserId, FileStatus.Read(_canary, follow: false)!.Value.UserId);
    }

    /// <summary>Makes a directory that another user may write, and where possible owns.</summary>
    private string Hostile(string name)
    {
        var path = Directory.CreateDirectory(_folder[name]).FullName;
        File.SetUnixFileMode(path, Everybody);
        Give(path);
        return path;
    }

    private static void Give(string path)
    {
        if (IsRoot)
        {
            Assert.Equal(0, Libc.ChangeOwner(path, Nobody, Nobody));
        }
    }

    private static void Link(string path, string target)
    {
        File.CreateSymbolicLink(path, target);
        Give(path);
    }

    private static void Pipe(string path) => Tool.Run("mkfifo", path).ShouldSucceed();

    private static T InTime<T>(Func<T> action)
    {
        var work = Task.Run(action);
        Assert.True(work.Wait(Soon) || work.IsFaulted, "it hangs");
        return work.GetAwaiter().GetResult();
    }

    private static string ErrorOf(Action action) => InTime(() => Assert.ThrowsAny<XenKubeException>(action).ErrorId);

    [Theory]
    [InlineData("node-1.ct")]
    [InlineData("way/node-1.ct")]
    public void Link_of_another_user_is_not_written_through(string name)
    {
        var hostile = Hostile("theirs");
        if (name.Contains('/', StringComparison.Ordinal))
        {
            Link(Path.Combine(hostile, "way"), _folder.Path);
            Assert.Equal("FileNotTrusted", ErrorOf(() => AtomicFile.Write(Path.Combine(hostile, "way", "canary"), "dead"u8)));
        }
        else
        {
            Link(Path.Combine(hostile, name), _canary);
            Assert.Equal("FileNotTrusted", ErrorOf(() => AtomicFile.Write(Path.Combine(hostile, name), "dead"u8)));
            Assert.Equal("FileNotTrusted", ErrorOf(() => WholeFile.Read(Path.Combine(hostile, name), regularOnly: true)));
        }
        CheckCanary();
    }

    [Theory]
    [InlineData("ct", "passwd: {}\n", "-in-file", "-out-file")]
    [InlineData("butane", "variant: fcos\nversion: 1.5.0\n", null, "-o")]
    public void Output_of_ct_and_butane_is_not_written_through_a_link_of_another_user(string program, string config, string? input, string output)
    {
        var link = Path.Combine(Hostile("theirs"), "out");
        Link(link, _canary);
        string[] words = [program, .. input is null ? [] : new[] { input }, _folder.Write("config", config), output];
        var run = CommandLineRun.Of([.. words, link]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("another user", run.Error, StringComparison.Ordinal);
        CheckCanary();
        Assert.Equal("", CommandLineRun.Of([.. words, _folder["out"]]).ShouldSucceed().Error);
        Assert.Contains("ignition", File.ReadAllText(_folder["out"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Link_of_ones_own_stays_a_link_and_its_file_is_replaced()
    {
        File.CreateSymbolicLink(_folder["link"], _canary);
        File.SetUnixFileMode(_canary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        AtomicFile.Write(_folder["link"], "new"u8);
        Assert.Equal(_canary, File.ResolveLinkTarget(_folder["link"], returnFinalTarget: false)!.FullName);
        Assert.Equal(("new", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead), (File.ReadAllText(_canary), File.GetUnixFileMode(_canary)));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    [Fact]
    public void Owner_of_a_replaced_file_is_kept_and_given_to_no_other_file()
    {
        Assert.SkipUnless(IsRoot, "only root gives files away");
        var file = _folder.Write("file", "old");
        Give(file);
        AtomicFile.Write(file, "new"u8);
        Assert.Equal((Nobody, "new"), (FileStatus.Read(file)!.Value.UserId, File.ReadAllText(file)));
        CheckCanary();
    }

    [Fact]
    public void Temporary_that_a_killed_process_left_goes_with_the_next_write_and_one_in_use_stays()
    {
        _folder.Write(".xenkube~left~", "half");
        _folder.Write(".xenkube~used~", "half");
        using var used = Libc.Open(_folder[".xenkube~used~"], OpenFlags.ReadWrite)!;
        Assert.True(Libc.TryLock(used, FlockOperation.Exclusive | FlockOperation.NonBlocking));
        AtomicFile.Write(_folder["file"], "new"u8);
        Assert.False(File.Exists(_folder[".xenkube~left~"]));
        Assert.True(File.Exists(_folder[".xenkube~used~"]));
    }

    [Theory]
    [InlineData("xen/xenkube.json")]
    [InlineData("xen/guests/etcd/node-1.cfg")]
    [InlineData("xen/guests/etcd/node-1.ct.tmpl")]
    [InlineData("xen/keys/0123456789ABCDEF0123456789ABCDEF01234567.asc")]
    public void File_that_another_user_could_have_written_is_refused_as_root(string name)
    {
        Directory.CreateDirectory(_folder["xen/guests/etcd"]);
        var file = _folder.Write(name, "{}");
        Assert.NotEqual("FileNotTrusted", Use(name));
        foreach (var (path, mode) in new[] { (file, (UnixFileMode)0x1B6), (Path.GetDirectoryName(file)!, Everybody), (_folder["xen"], Everybody) })
        {
            var before = File.GetUnixFileMode(path);
            File.SetUnixFileMode(path, mode);
            Assert.Equal(IsRoot, Use(name) == "FileNotTrusted");
            Assert.Equal(CheckStatus.Fail, HostSecurityCheck.CheckTrust(_folder["xen"]).Status);
            Assert.Contains(path, HostSecurityCheck.CheckTrust(_folder["xen"]).Message, StringComparison.Ordinal);
            File.SetUnixFileMode(path, before);
        }
        Assert.Equal(CheckStatus.Pass, HostSecurityCheck.CheckTrust(_folder["xen"]).Status);
        Give(file);
        Assert.Equal(IsRoot, Use(name) == "FileNotTrusted");
    }

    private string Use(string name)
    {
        var path = _folder[name];
        try
        {
            _ = Path.GetFileName(name) switch
            {
                "xenkube.json" => XenSettings.Read(path).ToString(),
                "node-1.cfg" => XenGuestConfig.Read(path, isTrusted: true).ToString(),
                "node-1.ct.tmpl" => IgnitionTemplate.Expand(path, force: true).ToString(),
                "node-1.ct" => new NodeConfig(XenDir, new NodeStore(XenDir).Describe("etcd", "node-1")).Transpile().ToString(),
                _ => new TrustStore(_folder["xen/keys"]).List().Count.ToString(System.Globalization.CultureInfo.InvariantCulture),
            };
            return "";
        }
        catch (XenKubeException e)
        {
            return e.ErrorId;
        }
    }

    [Fact]
    public void Functions_that_are_exchanged_after_the_check_are_not_the_ones_that_run()
    {
        var file = _folder.Write("xen/guests/etcd/functions.ps1", "'good'");
        Directory.CreateDirectory(_folder["evil"]);
        _folder.Write("evil/functions.ps1", "'evil'");
        var found = ClusterFunctions.Find(new ClusterStore(XenDir).Get("etcd"))!;
        Directory.Move(_folder["xen/guests/etcd"], _folder["old"]);
        Directory.Move(_folder["evil"], _folder["xen/guests/etcd"]);
        Assert.Equal((null, "'good'"), (found.Distrust, found.Text));
        File.SetUnixFileMode(_folder["xen/guests"], Everybody);
        Assert.Contains(_folder["xen/guests"], ClusterFunctions.Find(new ClusterStore(XenDir).Get("etcd"))!.Distrust, StringComparison.Ordinal);
        Assert.Equal(file, found.Path);
    }

    [Theory]
    [InlineData("note")]
    [InlineData("file")]
    [InlineData("content")]
    public void Planted_decompressed_image_is_not_used(string what)
    {
        Tool.Need("bzip2");
        var raw = _folder.Write("x.bin", Encoding.ASCII.GetBytes(new string('a', 4096)));
        Tool.Run("bzip2", "-k", raw).ShouldSucceed();
        File.Delete(raw);
        var image = raw + ".bz2";
        NodeDiskWriter.Write(image, [_folder["1.img"]], new NodeDiskOptions(Cache: true));
        Assert.True(NodeDiskWriter.Write(image, [_folder["2.img"]]).FromCache);
        if (what == "content")
        {
            // Same size, same time: only the inode's own time says that it was changed.
            var time = File.GetLastWriteTimeUtc(raw);
            File.WriteAllText(raw, new string('b', 4096));
            File.SetLastWriteTimeUtc(raw, time);
        }
        else
        {
            File.SetUnixFileMode(what == "note" ? raw + ".origin" : raw, (UnixFileMode)0x1B6);
        }
        Assert.False(NodeDiskWriter.Write(image, [_folder["3.img"]]).FromCache);
        Assert.DoesNotContain("b", File.ReadAllText(_folder["3.img"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".part")]
    [InlineData(".part.json")]
    [InlineData(".part.sig")]
    public void Link_or_pipe_in_the_place_of_a_partial_download_is_removed_and_not_followed(string extension)
    {
        var target = _folder["image.bin.bz2"];
        foreach (var isLink in new[] { true, false })
        {
            if (isLink)
            {
                Link(target + extension, _canary);
            }
            else
            {
                Pipe(target + extension);
            }
            InTime(() =>
            {
                using var partial = PartialFile.Open(target);
                partial.Begin(new TransferState("file:///x", null, null, 3), 0);
                partial.Append("abc"u8);
                partial.WriteSignature("sig"u8);
                partial.Complete(hasSignature: true);
                return true;
            });
            Assert.Equal(("abc", "sig"), (File.ReadAllText(target), File.ReadAllText(target + ".sig")));
            CheckCanary();
            File.Delete(target);
            File.Delete(target + ".sig");
        }
    }

    [Fact]
    public void Cluster_that_is_a_link_is_removed_without_the_files_it_leads_to()
    {
        Directory.CreateDirectory(_folder["xen/guests"]);
        var file = _folder.Write("elsewhere/node-1.ct", "keep");
        Link(_folder["xen/guests/etcd"], _folder["elsewhere"]);
        Assert.Equal("ClusterIsLink", ErrorOf(() => new NodeStore(XenDir).Remove(new NodeStore(XenDir).Describe("etcd", "node-1"))));
        new ClusterStore(XenDir).Remove("etcd", withNodes: true);
        Assert.Equal("keep", File.ReadAllText(file));
        Assert.Null(FileStatus.Read(_folder["xen/guests/etcd"], follow: false));
    }

    [Fact]
    public void Links_in_a_cluster_are_removed_and_never_what_they_lead_to()
    {
        _folder.Write("xen/guests/etcd/node-1.ct", "");
        Directory.CreateDirectory(_folder["elsewhere"]);
        var file = _folder.Write("elsewhere/file", "keep");
        foreach (var (name, target) in new[] { ("node-1.img", _canary), ("node-1.cfg", _canary), ("sub", _folder["elsewhere"]) })
        {
            Link(_folder[$"xen/guests/etcd/{name}"], target);
        }
        Directory.CreateDirectory(_folder["xen/nginx"]);
        Link(_folder["xen/nginx/etcd"], _folder["elsewhere"]);
        new ClusterStore(XenDir).Remove("etcd", withNodes: true);
        Assert.Equal("keep", File.ReadAllText(file));
        CheckCanary();
        Assert.Empty(Directory.GetFileSystemEntries(_folder["xen/guests"]));
    }

    [Fact]
    public void Tree_that_is_deeper_than_any_stack_is_removed()
    {
        var path = _folder["xen/guests/etcd"];
        Directory.CreateDirectory(path);
        Tool.Run("sh", "-c", $"cd '{path}' && chain=$(printf 'd/%.0s' $(seq 500)) && for i in 1 2 3 4 5 6; do mkdir -p \"$chain\" && : > file && cd -P \"$chain\" || exit 1; done").ShouldSucceed();
        InTime(() => HostFile.RemoveTree(path));
        Assert.False(Directory.Exists(path));
    }

    [Theory]
    [InlineData("xen/xenkube.json")]
    [InlineData("xen/guests/etcd/node-1.cfg")]
    [InlineData("xen/guests/etcd/node-1.ct.tmpl")]
    [InlineData("xen/keys/0123456789ABCDEF0123456789ABCDEF01234567.asc")]
    [InlineData("xen/guests/etcd/node-1.ct")]
    public void Pipe_in_the_place_of_a_file_is_an_error_and_no_wait(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        Pipe(_folder[name]);
        Assert.NotEqual("", InTime(() => Use(name)));
    }

    [Fact]
    public void Pipe_in_the_place_of_a_file_that_may_be_missing_is_as_none()
    {
        Pipe(_folder["pipe"]);
        Assert.Null(InTime(() => WholeFile.TryReadText(_folder["pipe"])));
        Assert.NotNull(WholeFile.TryReadText("/proc/self/limits"));
    }

    [Fact]
    public void Lock_is_not_held_by_a_pipe_nor_by_a_file_that_everybody_may_open()
    {
        var path = _folder[DirectoryLock.FileName];
        Pipe(path);
        InTime(() => DirectoryLock.Take(_folder.Path, "x", TimeSpan.Zero)).Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        File.SetUnixFileMode(path, (UnixFileMode)0x1A4);
        InTime(() => DirectoryLock.Take(_folder.Path, "x", TimeSpan.Zero)).Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Lock_that_another_user_holds_is_taken_all_the_same()
    {
        Assert.SkipUnless(IsRoot, "only root starts processes of another user");
        Tool.Need("setpriv", "flock");
        var path = _folder.Write(DirectoryLock.FileName, "");
        File.SetUnixFileMode(path, (UnixFileMode)0x1A4);
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ED);
        using var holder = Process.Start(new ProcessStartInfo(Tool.Find("setpriv")!, ["--reuid", "65534", "--clear-groups", "flock", path, "sh", "-c", "echo held; read x"]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        try
        {
            Assert.SkipWhen(holder.StandardOutput.ReadLine() != "held", "the folder of temporary files is closed to other users");
            DirectoryLock.Take(_folder.Path, "x", TimeSpan.FromSeconds(10)).Dispose();
        }
        finally
        {
            holder.Kill(entireProcessTree: true);
            holder.WaitForExit();
        }
    }
}
