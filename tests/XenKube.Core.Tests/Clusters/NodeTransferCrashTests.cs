using System.Globalization;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>A rename and a copy that are killed at each of their changes of a directory, and repeated: the end is that of one that was not killed.</summary>
[Trait("Kind", "Crash")]
public sealed class NodeTransferCrashTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Calls = ["linkat", "renameat", "renameat2", "unlinkat"];

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "xenkube.dll");

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("rename")]
    [InlineData("copy")]
    public void Killed_and_repeated_it_ends_as_if_it_had_not_been_killed(string verb)
    {
        Tool.Need("strace", "dotnet");
        Assert.SkipWhen(Tool.Run("strace", "-qq", "-o", "/dev/null", "true").ExitCode != 0, "strace may not trace here");
        string[] command = [Program, "node", verb, "etcd/node-1", "node-9"];
        Make("whole");
        Tool.Run("dotnet", [.. command, "--xen-dir", _folder["whole"]]).ShouldSucceed();
        var expected = State("whole");
        Assert.Contains("guests/etcd/node-9.img", expected.Keys);
        var killed = 0;
        // strace counts the calls of each name by themselves.
        foreach (var call in Calls)
        {
            for (var at = 1; Kill(call, at, command, expected); at += LongRun.Count(3, 1))
            {
                killed++;
            }
        }
        output.WriteLine($"{verb}: killed {killed} times");
        Assert.True(killed > 2, "it was not killed");
    }

    /// <summary>Kills the command at a call and repeats it; false where the call was not reached.</summary>
    private bool Kill(string call, int at, string[] command, SortedDictionary<string, string> expected)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{call}-{at}");
        Make(place);
        var isDone = Trace(string.Create(CultureInfo.InvariantCulture, $"{call}:signal=KILL:when={at}"), [.. command, "--xen-dir", _folder[place]]) == 0;
        // The last step of a rename takes the old name away.
        if (!isDone && File.Exists(_folder[$"{place}/guests/etcd/node-1.img"]) && !File.Exists(_folder[$"{place}/guests/etcd/node-9.img"]))
        {
            Tool.Run("dotnet", [.. command, "--xen-dir", _folder[place]]).ShouldSucceed();
        }
        // The mark of a rename or copy that was killed after its last step does not belong to the node.
        var state = State(place);
        if (!isDone)
        {
            state.Remove("guests/etcd/.node-9.unfinished");
        }
        Assert.Equal(expected, state);
        Directory.Delete(_folder[place], recursive: true);
        return !isDone;
    }

    private static int Trace(string fault, string[] command) =>
        Tool.Run("strace", ["-f", "-qq", "-o", "/dev/null", "-e", $"trace={fault.Split(':')[0]}", "-e", $"inject={fault}", "dotnet", .. command]).ExitCode;

    [Fact]
    public void Unfinished_rename_keeps_others_away_and_names_the_way_out()
    {
        Tool.Need("strace", "dotnet");
        Assert.SkipWhen(Tool.Run("strace", "-qq", "-o", "/dev/null", "true").ExitCode != 0, "strace may not trace here");
        Make("xen");
        string[] Words(params string[] words) => [Program, "node", .. words, "--xen-dir", _folder["xen"]];
        Assert.NotEqual(0, Trace("renameat2:signal=KILL:when=3", Words("rename", "etcd/node-1", "node-9")));
        foreach (var words in new[] { Words("rename", "etcd/node-1", "node-8"), Words("copy", "etcd/node-1", "node-8") })
        {
            var run = Tool.Run("dotnet", words);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("the rename of etcd/node-1 to etcd/node-9 was not finished. Finish it: xenkube node rename etcd/node-1 node-9", run.Error, StringComparison.Ordinal);
        }
        Tool.Run("dotnet", Words("rename", "etcd/node-1", "node-9")).ShouldSucceed();
        Tool.Run("dotnet", Words("copy", "etcd/node-9", "node-8")).ShouldSucceed();
    }

    // Everything that the nodes have; the marks of what is unfinished too.
    private SortedDictionary<string, string> State(string place) => new(
        Directory.GetFiles(_folder[place], "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_folder[place], path))
            .Where(path => path != ".xenkube.lock" && !Path.GetFileName(path).StartsWith(".xenkube~", StringComparison.Ordinal))
            .ToDictionary(path => path, path => Path.GetExtension(path) == ".img" ? "" : File.ReadAllText(_folder[$"{place}/{path}"])
                .Replace(_folder[place], "", StringComparison.Ordinal)),
        StringComparer.Ordinal);

    private void Make(string place)
    {
        Directory.CreateDirectory(_folder[$"{place}/nginx/etcd"]);
        _folder.Write($"{place}/xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _folder.Write($"{place}/hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:12,192.168.100.12\n");
        Directory.CreateDirectory(_folder[$"{place}/guests/etcd"]);
        SampleImage.Copy(SampleImage.Classic, _folder, $"{place}/guests/etcd/node-1.img");
        _folder.Write($"{place}/guests/etcd/node-1.ct", "passwd: {}\n");
        _folder.Write($"{place}/guests/etcd/node-1.ct.tmpl", "passwd: {}\n");
        _folder.Write($"{place}/guests/etcd/certs/etcd-node-1-server.pem", "certificate");
        _folder.Write($"{place}/guests/etcd/certs/etcd-node-1-server-key.pem", "key");
        _folder.Write($"{place}/guests/etcd/cluster.json", """{ "etcd": { "members": ["node-1"] } }""");
        _folder.Write($"{place}/guests/etcd/node-1.cfg", $"""
            name = "etcd-node-1"
            memory = "1024"
            bootloader = "pygrub"
            vif = [ 'mac=00:16:3e:4e:31:11,bridge=virbr1' ]
            disk = [ '{_folder[place]}/guests/etcd/node-1.img,raw,xvda' ]

            """);
        _folder.Write($"{place}/nginx/etcd/node-1.json", "{}");
    }
}
