using System.Diagnostics;
using XenKube.Files;
using XenKube.Tests.Support;

namespace XenKube.Tests.Files;

public sealed class WholeFileTests : IDisposable
{
    private static readonly FileReadErrors Errors = new(ErrorIds.ReleaseFileNotFound, ErrorIds.KeysNotReadable, ErrorIds.SettingsInvalid, "thing");
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_gives_the_bytes_up_to_the_limit()
    {
        var path = _folder.Write("file", "12345");
        Assert.Equal("12345"u8, WholeFile.Read(path, 5, Errors));
        var error = Assert.Throws<InvalidInputException>(() => WholeFile.Read(path, 4, Errors));
        Assert.Equal(("SettingsInvalid", path), (error.ErrorId, error.File));
    }

    [Fact]
    public void Missing_file_is_null_or_not_found()
    {
        foreach (var path in new[] { _folder["nothing"], Path.Combine(_folder.Write("file", ""), "below") })
        {
            Assert.Null(WholeFile.TryRead(path, errors: Errors));
            var error = Assert.Throws<ItemNotFoundException>(() => WholeFile.Read(path, errors: Errors));
            Assert.Equal(("ReleaseFileNotFound", $"{path}: there is no such thing"), (error.ErrorId, error.Message));
        }
    }

    [Fact]
    public void Directory_and_impossible_paths_cannot_be_read()
    {
        foreach (var path in new[] { _folder.Path, "", "a\0b", _folder[new string('x', 300)] })
        {
            Assert.Equal("KeysNotReadable", Assert.Throws<OperationFailedException>(() => WholeFile.Read(path, errors: Errors)).ErrorId);
        }
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Pipe_is_read_where_it_is_allowed_and_never_waited_for_where_not()
    {
        var path = _folder["pipe"];
        Process.Start("mkfifo", [path]).WaitForExit();
        Assert.Equal("SettingsInvalid", Assert.Throws<InvalidInputException>(() => WholeFile.Read(path, errors: Errors, regularOnly: true)).ErrorId);
        using var writer = Process.Start("sh", ["-c", $"printf piped > '{path}'"]);
        Assert.Equal("piped"u8, WholeFile.Read(path, errors: Errors));
        writer.WaitForExit();
    }

    [Fact]
    [Trait("Kind", "Process")]
    public async Task Wait_for_the_other_end_of_a_pipe_can_be_ended_and_goes_on_over_pauses()
    {
        var path = _folder["pipe"];
        Process.Start("mkfifo", [path]).WaitForExit();
        using var stop = new CancellationTokenSource();
        var waiting = Task.Run(() => WholeFile.Read(path, errors: Errors, cancellationToken: stop.Token), TestContext.Current.CancellationToken);
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(300, TestContext.Current.CancellationToken)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        using var writer = Process.Start("sh", ["-c", $"exec > '{path}'; printf one; sleep 0.5; printf two"]);
        Assert.Equal("onetwo"u8, WholeFile.Read(path, errors: Errors, cancellationToken: TestContext.Current.CancellationToken));
        await writer.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void File_of_the_kernel_without_a_length_is_read_whole()
    {
        Assert.StartsWith("Linux", System.Text.Encoding.ASCII.GetString(WholeFile.Read("/proc/version")), StringComparison.Ordinal);
    }

    [Fact]
    public void File_whose_bytes_cannot_be_had_is_named()
    {
        // Nothing is mapped at address 0.
        var error = Assert.Throws<OperationFailedException>(() => WholeFile.Read("/proc/self/mem", errors: Errors));
        Assert.Equal(("KeysNotReadable", "/proc/self/mem"), (error.ErrorId, error.File));
    }
}
