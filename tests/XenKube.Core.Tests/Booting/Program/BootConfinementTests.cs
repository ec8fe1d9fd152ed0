using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using XenKube.Boot.Reading;
using XenKube.Tests.Support;

namespace XenKube.Tests.Booting.Program;

/// <summary>What the two processes ask of the kernel, as strace saw it.</summary>
[Trait("Kind", "Process")]
public sealed partial class BootConfinementTests : IDisposable
{
    private static readonly string[] Writing =
        ["creat", "mkdir", "mkdirat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "truncate", "chmod", "fchmodat", "chown",
         "lchown", "fchownat", "mknod", "mknodat", "setxattr", "mount", "umount2"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>The formats of today's kernels in every run.</summary>
    public static TheoryData<string> Formats => LongRun.IsAsked ? ["zstd", "xz", "gzip", "lzma", "lz4", "bzip2", "none"] : ["zstd", "xz", "none"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Reader_makes_no_call_outside_its_list(string format)
    {
        using var image = BootPlanTests.Flatcar(format: format, attributesB: "0012000000000000", oem: "set linux_append=\"a\"\n");
        ShouldBeConfined(Trace(image.Path));
    }

    [Fact]
    public void Reader_of_a_damaged_disk_makes_no_call_outside_its_list()
    {
        using var image = BootPlanTests.Flatcar(script: "set a=(\n");
        ShouldBeConfined(Trace(image.Path));
        using var fedora = LayoutImage.FedoraCoreOS(BootPlanTests.Entries(("ostree-1", "one", "/ostree/fedora-coreos-abc/vmlinuz-6.16")), ("loader", "loader.1"));
        ShouldBeConfined(Trace(fedora.Path));
    }

    [Fact]
    public void Reader_gives_its_rights_up_before_it_reads_the_disk()
    {
        using var image = BootPlanTests.Flatcar();
        var lines = Trace(image.Path).Reader;
        var filter = lines.FindIndex(line => line.StartsWith("seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC", StringComparison.Ordinal));
        Assert.InRange(lines.FindIndex(line => line.StartsWith("pread64(3", StringComparison.Ordinal)), filter + 1, lines.Count);
        Assert.DoesNotContain(lines[..filter], line => line.StartsWith("read(3", StringComparison.Ordinal) || line.Contains("mmap(", StringComparison.Ordinal) && line.Contains(", 3, ", StringComparison.Ordinal));
        string[] expected = ["prctl(PR_SET_NO_NEW_PRIVS, 1", "prctl(PR_SET_PDEATHSIG, SIGKILL", "RLIMIT_CPU", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NPROC", "RLIMIT_CORE", "RLIMIT_NOFILE",
            .. Environment.IsPrivilegedProcess ? new[] { "chroot(\".\")", "setgroups(0", "setresgid(2147", "setresuid(2147" } : []];
        Assert.All(expected, part => Assert.Contains(lines[..filter], line => line.Contains(part, StringComparison.Ordinal) && line.Contains(") = 0", StringComparison.Ordinal)));
    }

    [Fact]
    public void Reader_becomes_the_user_that_xl_names()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root becomes somebody else");
        using var image = BootPlanTests.Flatcar();
        Assert.Contains(Trace(image.Path, ("runas", 65534)).Reader, line => line.StartsWith("setresuid(65534, 65534, 65534) = 0", StringComparison.Ordinal));
    }

    [Fact]
    public void Loader_writes_to_its_own_paths_alone()
    {
        using var image = BootPlanTests.Flatcar(attributesB: "0012000000000000");
        var (loader, _) = Trace(image.Path);
        // Files that the loader makes and removes have its own names, in the directory that libxl named.
        string[] names = ["\"kernel\"", "\"ramdisk\"", "\"empty\""];
        Assert.All(
            loader.Where(line => Writing.Contains(NameOf(line)) && !line.Contains(" = -1 ", StringComparison.Ordinal)),
            line => Assert.Contains(names, name => line.Contains(name, StringComparison.Ordinal)));
        var opened = loader.Where(line => OpenForWriting().IsMatch(line)).Select(line => OpenForWriting().Match(line).Groups[1].Value).Distinct().Order(StringComparer.Ordinal).ToArray();
        Assert.All(opened, path => Assert.Matches($"^({Regex.Escape(image.Path)}|kernel|ramdisk|/dev/null|.*/bootloader\\.7\\.out)$", path));
        Assert.Contains(image.Path, opened);
        // It reads nothing of the disk.
        var disk = loader.Select(line => Regex.Match(line, $"\"{Regex.Escape(image.Path)}\", O_RDWR.* = ([0-9]+)$")).First(match => match.Success).Groups[1].Value;
        Assert.DoesNotContain(loader, line => Regex.IsMatch(line, $@"^p?read(64|v)?\({disk},"));
        Assert.Contains(loader, line => line.StartsWith($"pwrite64({disk}, ", StringComparison.Ordinal));
    }

    [Fact]
    public void Loader_flushes_the_backup_before_it_writes_the_primary()
    {
        using var image = BootPlanTests.Flatcar(attributesB: "0012000000000000");
        var disk = new FileInfo(image.Path).Length;
        // A call that the other process has interrupted in the record ends on another line.
        var calls = Trace(image.Path).Loader.Select(line => Regex.Match(line, @"^(pwrite64|fdatasync)\(.*?(?:, ([0-9]+))?(?:\) = [0-9]+| <unfinished \.\.\.>)$")).Where(match => match.Success)
            .Select(match => match.Groups[1].Value == "fdatasync" ? "flush" : long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) > disk / 2 ? "backup" : "primary").ToArray();
        Assert.Equal("backup backup flush primary primary flush", string.Join(' ', calls.SkipWhile(call => call != "backup")));
    }

    [Fact]
    public void Program_is_small_and_needs_libc_and_libm_alone()
    {
        BootProgram.NeedNative();
        Tool.Need("ldd");
        Assert.InRange(new FileInfo(BootProgram.Native!).Length, 1 << 20, 6 << 20);
        var libraries = Tool.Run("ldd", BootProgram.Native!).ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Path.GetFileName(line.Trim().Split(' ')[0])).Order(StringComparer.Ordinal);
        Assert.Equal(["ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "linux-vdso.so.1"], libraries);
    }

    private static void ShouldBeConfined((List<string> Loader, List<string> Reader) trace)
    {
        var lines = trace.Reader;
        var after = lines[(lines.FindIndex(line => line.StartsWith("seccomp(", StringComparison.Ordinal)) + 1)..];
        Assert.NotEmpty(after);
        foreach (var line in after.Where(line => NameOf(line).Length > 0))
        {
            var name = NameOf(line);
            var isRefused = SystemCallFilter.Refused.Values.Contains(name) && line.Contains("EACCES", StringComparison.Ordinal);
            Assert.True(isRefused || SystemCallFilter.Allowed.Values.Contains(name) || (SystemCallFilter.AllowedForData.Values.Contains(name) && !line.Contains("PROT_EXEC", StringComparison.Ordinal)), line);
        }
        Assert.DoesNotContain(lines, line => line.Contains("killed by", StringComparison.Ordinal));
    }

    private static string NameOf(string line) => CallName().Match(line).Groups[1].Value;

    private (List<string> Loader, List<string> Reader) Trace(string disk, params (string Name, JsonNode Value)[] more)
    {
        BootProgram.NeedNative();
        Tool.Need("strace", "python3");
        var trace = _directory["trace"];
        File.Delete(trace);
        BootProgram.BootBy(["strace", "-f", "-qq", "-o", trace, BootProgram.Native!], _directory, disk, ["--slot=b"], more);
        Assert.SkipWhen(!File.Exists(trace) || new FileInfo(trace).Length == 0, "this machine lets nobody trace");
        var lines = Joined(File.ReadAllLines(trace).Select(line => line.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Where(parts => parts.Length == 2));
        // The reader begins with its first call, the execve with its marker. On a busy machine a thread of the loader begins after that.
        var first = lines.FindIndex(parts => parts[1].Contains("\"--as-reader\"", StringComparison.Ordinal));
        Assert.InRange(first, 1, lines.Count);
        var readers = new HashSet<string> { lines[first][0] };
        foreach (var parts in lines.Skip(first).Where(parts => readers.Contains(parts[0])))
        {
            readers.UnionWith(Started().Matches(parts[1]).Select(match => match.Groups[1].Value));
        }
        return ([.. lines.Where((parts, i) => i < first || !readers.Contains(parts[0])).Select(parts => Regex.Replace(parts[1], @" +=", " ="))],
            [.. lines.Skip(first).Where(parts => readers.Contains(parts[0])).Select(parts => Regex.Replace(parts[1], @" +=", " ="))]);
    }

    // strace breaks the line of a call off when another thread's call comes before the end of it.
    private static List<string[]> Joined(IEnumerable<string[]> lines)
    {
        const string unfinished = "<unfinished ...>";
        var joined = new List<string[]>();
        var open = new Dictionary<string, string[]>();
        foreach (var parts in lines)
        {
            if (Resumed().Match(parts[1]) is { Success: true } resumed && open.Remove(parts[0], out var begun))
            {
                begun[1] = begun[1][..^unfinished.Length].TrimEnd() + parts[1][resumed.Length..];
                continue;
            }
            joined.Add(parts);
            if (parts[1].EndsWith(unfinished, StringComparison.Ordinal))
            {
                open[parts[0]] = parts;
            }
        }
        return joined;
    }

    [GeneratedRegex(@"^<\.\.\. [a-z0-9_]+ resumed>")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"^clone3?\(.*\) += ([0-9]+)$")]
    private static partial Regex Started();

    [GeneratedRegex(@"^([a-z0-9_]+)\(")]
    private static partial Regex CallName();

    [GeneratedRegex(@"^open(?:at)?\((?:[A-Z_0-9a-z]+, )?""([^""]+)"", [^)]*(?:O_WRONLY|O_RDWR|O_CREAT)[^)]*\) = [0-9]+")]
    private static partial Regex OpenForWriting();
}
