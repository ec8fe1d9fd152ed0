using System.Diagnostics;
using XenKube.Files;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

public sealed class DirectoryLockTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Second_is_told_who_holds_it_or_waits()
    {
        var first = DirectoryLock.Take(_folder.Path, "node refresh etcd\n", TimeSpan.Zero);
        var error = Assert.Throws<ItemInUseException>(() => DirectoryLock.Take(_folder.Path, "host apply", TimeSpan.Zero));
        Assert.Equal("XenDirLocked", error.ErrorId);
        Assert.Contains($"process {Environment.ProcessId} (node refresh etcd", error.Message, StringComparison.Ordinal);
        using var waits = new ManualResetEventSlim();
        var second = Task.Run(() => DirectoryLock.Take(_folder.Path, "host apply", TimeSpan.FromMinutes(1), _ => waits.Set()));
        Assert.True(waits.Wait(TimeSpan.FromSeconds(30)));
        first.Dispose();
        (await second).Dispose();
        using var cancel = new CancellationTokenSource(100);
        using var third = DirectoryLock.Take(_folder.Path, "x", TimeSpan.Zero);
        Assert.ThrowsAny<OperationCanceledException>(() => DirectoryLock.Take(_folder.Path, "y", TimeSpan.FromMinutes(1), cancellationToken: cancel.Token));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Another_process_is_kept_out_and_a_killed_one_leaves_nothing()
    {
        Tool.Need("flock");
        var file = _folder.Write(DirectoryLock.FileName, "process 1 (somebody)\n");
        using var other = Process.Start(new ProcessStartInfo(Tool.Find("flock")!, ["-x", file, "sleep", "60"]))!;
        try
        {
            ItemInUseException? error = null;
            for (var i = 0; i < 100 && error is null; i++)
            {
                try
                {
                    DirectoryLock.Take(_folder.Path, "x", TimeSpan.Zero).Dispose();
                    File.WriteAllText(file, "process 1 (somebody)\n");
                    Thread.Sleep(50);
                }
                catch (ItemInUseException e)
                {
                    error = e;
                }
            }
            Assert.Contains("process 1 (somebody)", error!.Message, StringComparison.Ordinal);
        }
        finally
        {
            other.Kill(entireProcessTree: true);
            other.WaitForExit(5000);
        }
        DirectoryLock.Take(_folder.Path, "x", TimeSpan.FromSeconds(10)).Dispose();
    }

    [Fact]
    public void Missing_directory_is_named() =>
        Assert.Equal("XenDirNotFound", Assert.Throws<ItemNotFoundException>(() => DirectoryLock.Take(_folder["none"], "x", TimeSpan.Zero)).ErrorId);
}
