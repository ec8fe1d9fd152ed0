using System.Diagnostics;
using XenKube.Programs;
using XenKube.Tests.Cli;
using XenKube.Tests.Support;

namespace XenKube.Tests;

/// <summary>Each reason why a program cannot be started is made, and named by its own id; where a remedy can be followed, it is.</summary>
[Trait("Kind", "Process")]
public sealed class ProgramStartTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private static ProgramResult Run(string path, params string[] arguments) => ExternalProgram.Run(path, arguments, TimeSpan.FromMinutes(1));

    private static OperationFailedException Refusal(string path, params string[] arguments) => Assert.Throws<OperationFailedException>(() => Run(path, arguments));

    private string Good(string name = "program") => Script.Write(_folder[name], "#!/bin/sh\necho started\n");

    [Fact]
    public void Program_that_is_not_there_is_missing()
    {
        foreach (var name in new[] { _folder["nothing"], "xenkube-test-no-such-program" })
        {
            var error = Refusal(name);
            Assert.Equal(("ProgramMissing", name), (error.ErrorId, error.File));
            Assert.Contains($"Install the package that has {Path.GetFileName(name)}", error.Remedy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Program_that_is_written_for_a_moment_is_tried_again()
    {
        var program = Good();
        var writer = new FileStream(program, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var run = Task.Run(() => Run(program));
        // Long enough to be met, and far shorter than the moment for which it is tried.
        await Task.Delay(200);
        Assert.False(run.IsCompleted, "a program that is open for writing was run");
        await writer.DisposeAsync();
        Assert.Equal("started\n", (await run).Output);
    }

    [Fact]
    public void Program_that_stays_open_for_writing_is_busy_until_the_writer_has_ended()
    {
        var program = Good();
        using (new FileStream(program, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            var error = Refusal(program);
            Assert.Equal(("ProgramBusy", program), (error.ErrorId, error.File));
            Assert.Contains("Wait until its installation has ended", error.Remedy, StringComparison.Ordinal);
        }
        Assert.Equal("started\n", Run(program).Output);
    }

    [Fact]
    public void Wait_for_a_busy_program_ends_when_it_is_cancelled()
    {
        var program = Good();
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        using var writer = new FileStream(program, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        Assert.Throws<OperationCanceledException>(() => ExternalProgram.Run(program, [], TimeSpan.FromMinutes(1), cancellationToken: cancelled.Token));
    }

    [Fact]
    public void Program_that_may_not_be_executed_says_so_and_runs_after_chmod()
    {
        var program = Script.Write(_folder["program"], "#!/bin/sh\necho started\n", "0644");
        var error = Refusal(program);
        Assert.Equal(("ProgramNotExecutable", program), (error.ErrorId, error.File));
        Assert.Contains("chmod a+x", error.Remedy, StringComparison.Ordinal);
        Tool.Run("chmod", "a+x", program).ShouldSucceed();
        Assert.Equal("started\n", Run(program).Output);
    }

    [Theory]
    [InlineData("echo no first line\n", "is not a program that this machine can run", "begin with a line such as #!/bin/sh")]
    [InlineData("", "is not a program that this machine can run", "architecture")]
    [InlineData("#!/no/such/shell -e\n", "'/no/such/shell', which is not installed", "Install what it names")]
    [InlineData("#!/bin/sh\r\necho from Windows\r\n", "'/bin/sh\\x0d', which is not installed", "Install what it names")]
    public void File_that_no_machine_could_run_is_not_called_missing(string content, string reason, string remedy)
    {
        var program = Script.Write(_folder["program"], content);
        var error = Refusal(program);
        Assert.Equal(("ProgramNotRunnable", program), (error.ErrorId, error.File));
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Remedy, StringComparison.Ordinal);
        Good();
        Assert.Equal("started\n", Run(program).Output);
    }

    [Fact]
    public void Program_for_another_architecture_is_not_called_missing()
    {
        // The machine is the number at 0x12 of an ELF header; 0xfefe is none.
        var bytes = File.ReadAllBytes(Tool.Find("true")!);
        bytes[0x12] = bytes[0x13] = 0xfe;
        Tool.Run("install", ["-m", "0755", "/dev/stdin", _folder["program"]], bytes).ShouldSucceed();
        Assert.Equal("ProgramNotRunnable", Refusal(_folder["program"]).ErrorId);
    }

    [Fact]
    public void Command_line_that_is_too_long_says_so()
    {
        // One argument has at most 32 pages (MAX_ARG_STRLEN).
        var error = Refusal("true", new string('x', 32 * Environment.SystemPageSize));
        Assert.Equal("CommandLineTooLong", error.ErrorId);
        Assert.Equal(0, Run("true", new string('x', 1000)).ExitCode);
    }

    [Fact]
    public void Other_reasons_are_passed_on_as_the_system_says_them()
    {
        File.CreateSymbolicLink(_folder["loop"], _folder["loop"]);
        var error = Assert.Throws<OperationFailedException>(() => ProgramStart.Start(new ProcessStartInfo(_folder["loop"]), "loop"));
        Assert.Equal("ProgramNotStarted", error.ErrorId);
        Assert.Contains("symbolic links", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Search_passes_over_what_may_not_be_executed()
    {
        Script.Write(_folder["first/xenkube-test-program"], "#!/bin/sh\necho first\n", "0644");
        Script.Write(_folder["second/xenkube-test-program"], $"#!/bin/sh\ntouch '{_folder["asked"]}'\n");
        var said = CommandLineProcess.Run(
            new Dictionary<string, string> { ["PATH"] = $"{_folder["first"]}:{_folder["second"]}:{Environment.GetEnvironmentVariable("PATH")}", ["XENKUBE_XL"] = "xenkube-test-program", ["XENDIR"] = Xen() },
            "guest", "list");
        Assert.True(File.Exists(_folder["asked"]), said.Error);
    }

    [Fact]
    public void Limit_of_open_files_says_so()
    {
        Tool.Need("strace");
        // strace lets one pipe after the other fail, as the kernel does for a process that has as many files open as it may have: the
        // first pipes are those of .NET itself, then come those of xl.
        var xl = Good("xl");
        var runs = Enumerable.Range(1, 12).Select(pipe => Traced(xl, "pipe2", $"EMFILE:when={pipe}"));
        Assert.Contains(runs, run => run.ExitCode != 0
            && run.Error.Contains($"{xl}: cannot be started: this process has as many files open as it may have. Raise its limit of open files", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ENOMEM", "this machine has no memory left for another process. End programs that are not needed")]
    [InlineData("EAGAIN", "there are as many processes as there may be. End programs that are not needed")]
    [InlineData("ENFILE", "this machine has as many files open as it may have. End programs")]
    public void Limits_of_the_machine_say_so(string error, string text)
    {
        Tool.Need("strace");
        var xl = Good("xl");
        // strace lets the system call fail with that reason, as the kernel would.
        var said = Traced(xl, "vfork,fork", error);
        Assert.Contains($"{xl}: cannot be started: {text}", said.Error, StringComparison.Ordinal);
    }

    private ToolResult Traced(string xl, string calls, string error)
    {
        var said = Tool.Run(
            "strace",
            ["-f", "-qq", "-o", _folder["trace"], "-e", $"trace={calls}", "-e", $"inject={calls}:error={error}", "-E", $"XENKUBE_XL={xl}", "-E", $"XENDIR={Xen()}",
                "dotnet", Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), "guest", "list"],
            null);
        Assert.SkipWhen(said.All.Contains("PTRACE", StringComparison.Ordinal), "this machine lets nobody trace");
        return said;
    }

    private string Xen()
    {
        Directory.CreateDirectory(_folder["xen/guests"]);
        return _folder["xen"];
    }
}
