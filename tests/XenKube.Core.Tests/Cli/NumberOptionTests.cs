using System.CommandLine;
using XenKube.Cli;
using XenKube.Cli.Commands;

namespace XenKube.Tests.Cli;

/// <summary>Times and spans of days are held to what makes sense: a negative one, or one of centuries, ended in an exception of .NET.</summary>
public sealed class NumberOptionTests
{
    private static readonly string[] Spans = ["--timeout", "--days", "--years", "--within"];

    [Fact]
    public void Every_span_of_time_has_a_range()
    {
        var lines = Lines(CommandLine.Root, []).ToArray();
        Assert.True(lines.Length > 15, $"only {lines.Length} options");
        foreach (var (words, option) in lines)
        {
            foreach (var value in new[] { "-1", "-2147483648", "2147483647" })
            {
                var run = CommandLineRun.Of([.. words, option, value]);
                Assert.True((run.ExitCode, run.Output) is (ExitCode.Usage, ""), $"{string.Join(' ', words)} {option} {value}: {run}");
                Assert.Contains($"{value} is not a value of {option}: give a number from ", run.Error, StringComparison.Ordinal);
            }
        }
    }

    private static IEnumerable<(string[] Words, string Option)> Lines(Command command, string[] path)
    {
        string[] needed = [.. path, .. command.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0).Select(_ => "x")];
        return command.Options.Where(option => Spans.Contains(option.Name)).Select(option => (needed, option.Name))
            .Concat(command.Subcommands.SelectMany(sub => Lines(sub, [.. path, sub.Name])));
    }
}
