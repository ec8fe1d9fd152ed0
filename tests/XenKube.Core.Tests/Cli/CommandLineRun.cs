using System.Text;
using XenKube.Cli;
using XenKube.Cli.Commands;
using XenKube.Cli.Output;

namespace XenKube.Tests.Cli;

/// <summary>One run of the command line: in this process, or of the native program where tests/native.sh runs the tests.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Error)
{
    // Not a call that the rule of the trait Kind sees: a run in this process does not start a program.
    private static readonly Func<byte[], string[], CommandLineRun>? Native =
        Environment.GetEnvironmentVariable("XENKUBE_TEST_PROGRAM") is { Length: > 0 }
            ? typeof(CommandLineProcess).GetMethod(nameof(CommandLineProcess.RunWithInput))!.CreateDelegate<Func<byte[], string[], CommandLineRun>>() : null;

    public static CommandLineRun Of(params string[] args) => WithInput([], args);

    public static CommandLineRun WithInput(byte[] input, params string[] args)
    {
        // A process cannot be given such a word.
        if (Native is not null && !args.Any(word => word.Contains('\0', StringComparison.Ordinal)))
        {
            return Native(input, args);
        }
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var exitCode = CommandLine.RunAsync(args, new Terminal(new MemoryStream(input), output, error), CancellationToken.None).GetAwaiter().GetResult();
        return new CommandLineRun(exitCode, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }

    public CommandLineRun ShouldSucceed()
    {
        Assert.True(ExitCode == 0, $"exit {ExitCode}: {Error}{Output}");
        return this;
    }

    /// <summary>Exit 1 and one line on standard error that names the file and says why.</summary>
    public CommandLineRun ShouldFailWith(string file, string reason)
    {
        Assert.Equal(1, ExitCode);
        var line = Assert.Single(Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith(file, line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        return this;
    }
}
