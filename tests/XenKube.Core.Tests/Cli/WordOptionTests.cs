namespace XenKube.Tests.Cli;

/// <summary>Options that take one of a few words: which are taken, and what is said of the others.</summary>
public class WordOptionTests
{
    [Theory]
    [InlineData("--wait", "7", "running, address, ssh, gone")]
    [InlineData("--wait", "etcd", "running, address, ssh, gone")]
    [InlineData("--wait", "running,ssh", "running, address, ssh, gone")]
    public void A_condition_that_does_not_exist_is_refused_with_those_that_do(string option, string value, string words) =>
        Refused(["guest", "start", "etcd/node-1", option, value], option, value, words);

    [Theory]
    [InlineData("--role", "0", "none, master, worker")]
    [InlineData("--type", "xen", "pv, pvh, hvm")]
    public void A_kind_of_guest_that_does_not_exist_is_refused_with_those_that_do(string option, string value, string words) =>
        Refused(["guest", "new", "etcd/node-1", option, value], option, value, words);

    [Fact]
    public void A_distribution_that_does_not_exist_is_refused_with_those_that_do() =>
        Refused(["image", "find", "--distribution", "debian"], "--distribution", "debian", "coreos, flatcar, fedoracoreos");

    [Theory]
    [InlineData("ssh")]
    [InlineData("SSH")]
    [InlineData("Gone")]
    public void Words_are_taken_in_any_case(string value)
    {
        var run = CommandLineRun.Of("guest", "start", "etcd/node-1", "--xen-dir", "/nonexistent", "--wait", value);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("/nonexistent", run.Error, StringComparison.Ordinal);
    }

    private static void Refused(string[] arguments, string option, string value, string words)
    {
        var run = CommandLineRun.Of(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"'{value}' is not a value of {option}: give {words}", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("XenKube.", run.Error, StringComparison.Ordinal);
    }
}
