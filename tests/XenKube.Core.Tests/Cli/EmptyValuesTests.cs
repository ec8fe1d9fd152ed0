using System.CommandLine;
using XenKube.Cli;
using XenKube.Cli.Commands;

namespace XenKube.Tests.Cli;

/// <summary>A variable that is not set makes an empty value. No command does anything then, or ends in an exception of .NET.</summary>
public sealed class EmptyValuesTests
{
    [Fact]
    public void Every_command_refuses_an_empty_value_of_each_argument_and_option()
    {
        var lines = Lines(CommandLine.Root, []).ToArray();
        Assert.True(lines.Length > 150, $"only {lines.Length} command lines");
        foreach (var words in lines)
        {
            var run = CommandLineRun.Of(words);
            Assert.True((run.ExitCode, run.Output) is (ExitCode.Usage, ""), $"{string.Join(' ', words.Select(word => word.Length == 0 ? "''" : word))}: {run}");
            Assert.StartsWith("xenkube: ", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Empty_value_that_means_something_is_taken()
    {
        var run = CommandLineRun.Of("ignition", "publish", "etcd", "--platform", "", "--xen-dir", "/nonexistent");
        Assert.DoesNotContain("is empty", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotDone, run.ExitCode);
    }

    // A line for each argument and each option that takes a text, with all that the command needs.
    private static IEnumerable<string[]> Lines(Command command, string[] path)
    {
        var needed = command.Options.Where(option => option.Required).SelectMany(option => new[] { option.Name, "x" }).ToArray();
        for (var i = 0; i < command.Arguments.Count; i++)
        {
            if (IsText(command.Arguments[i].ValueType) && command.Arguments[i].Name != "VALUE")
            {
                yield return [.. path, .. command.Arguments.Select((_, index) => index == i ? "" : "x"), .. needed];
            }
        }
        foreach (var option in command.Options.Where(option => IsText(option.ValueType) && option.Name is not ("--platform" or "--append")))
        {
            yield return [.. path, .. command.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0).Select(_ => "x"), .. needed, option.Name, ""];
        }
        foreach (var line in command.Subcommands.SelectMany(sub => Lines(sub, [.. path, sub.Name])))
        {
            yield return line;
        }
    }

    private static bool IsText(Type type) => type == typeof(string) || type == typeof(string[]);
}
