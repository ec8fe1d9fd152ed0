using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary>The scripts of 'xenkube completion', run by the shells themselves.</summary>
[Trait("Kind", "Process")]
public sealed class CompletionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public CompletionTests()
    {
        foreach (var file in new[] { "guests/etcd/node-1.img", "guests/etcd/node-2.ct", "guests/web/web-1.ct" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_directory[file])!);
            _directory.Write(file, "");
        }
        foreach (var shell in new[] { "bash", "zsh", "fish" })
        {
            _directory.Write(shell, CommandLineRun.Of("completion", shell).ShouldSucceed().Output);
        }
        Script.Write(_directory["xenkube"], $"#!/bin/sh\nexport XENDIR='{_directory.Path}'\nexec '{Tool.Find("dotnet")}' "
            + $"'{Path.Combine(AppContext.BaseDirectory, "xenkube.dll")}' \"$@\"\n");
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("nod", "node")]
    [InlineData("node re", "refresh remove rename")]
    [InlineData("guest start e", "etcd etcd/node-1 etcd/node-2")]
    [InlineData("node check etcd/node-1 w", "web web/web-1")]
    [InlineData("node refresh etcd/node-1 --xen", "--xen-dir")]
    [InlineData("completion ", "bash fish zsh")]
    [InlineData("node list nosuch", "")]
    [InlineData("disk ls ./nosuch", "")]
    public void Bash_completes_what_is_typed(string typed, string expected)
    {
        var words = $"xenkube {typed}".Split(' ');
        _directory.Write("try", $"""
            source '{_directory["bash"]}'
            COMP_LINE='xenkube {typed}' COMP_POINT={8 + typed.Length} COMP_CWORD={words.Length - 1}
            COMP_WORDS=({string.Join(' ', words.Skip(1).Select(word => $"'{word}'").Prepend($"'{_directory["xenkube"]}'"))})
            _xenkube
            printf '%s\n' "{"${COMPREPLY[@]}"}" | grep -v -- '^-[-h?]' | sort | paste -sd ' '
            printf '%s\n' "{"${COMPREPLY[@]}"}" | grep -- '^--xen' || true
            """);
        var said = Tool.Run("bash", "--norc", _directory["try"]).ShouldSucceed().Output;
        Assert.Equal(expected, said.Trim().ReplaceLineEndings(" ").Trim());
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void Shell_reads_its_script_without_a_complaint(string shell)
    {
        Tool.Need(shell);
        var result = Tool.Run(shell, "-n", _directory[shell]).ShouldSucceed();
        Assert.Equal("", result.Error);
    }

    [Fact]
    public void Another_shell_is_a_usage_error() => Assert.Equal(2, CommandLineRun.Of("completion", "tcsh").ExitCode);
}
