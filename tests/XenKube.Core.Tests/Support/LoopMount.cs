namespace XenKube.Tests.Support;

/// <summary>An image mounted by the kernel, where the machine lets one: the last word on what a file system holds.</summary>
internal sealed class LoopMount : IDisposable
{
    private LoopMount(string path) => Path = path;

    public string Path { get; }

    public string this[string name] => Path + name;

    /// <summary>Mounts an image in a folder of its own; null where this machine cannot, or its kernel does not know the file system.</summary>
    public static LoopMount? Try(TemporaryDirectory directory, string image, string options = "loop")
    {
        if (Tool.Find("mount") is null)
        {
            return null;
        }
        var path = Directory.CreateDirectory(directory[$"mount-{Guid.NewGuid():n}"]).FullName;
        if (Tool.Run("mount", "-o", options, image, path).ExitCode == 0)
        {
            return new LoopMount(path);
        }
        Directory.Delete(path);
        return null;
    }

    /// <summary>Mounts an image, or skips the test, visibly.</summary>
    public static LoopMount Need(TemporaryDirectory directory, string image, string options = "loop")
    {
        var mount = Try(directory, image, options);
        Assert.SkipWhen(mount is null, "this machine lets no loop mount of this file system");
        return mount!;
    }

    public void Dispose()
    {
        KernelMount.End(Path);
        // Fails if it is still mounted, and nothing is removed by the folder's own Dispose then.
        Directory.Delete(Path);
    }
}
