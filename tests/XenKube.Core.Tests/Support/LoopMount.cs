using System.Diagnostics;
using System.Globalization;

namespace XenKube.Tests.Support;

/// <summary>
/// An image mounted by the kernel, where the machine lets one: the last word on what a file system holds. The mount is in a mount name
/// space of its own, which a process holds: a name space that another test makes at the same time gets no copy of the mount, which
/// would keep the file system mounted after this object has ended.
/// </summary>
internal sealed class LoopMount : IDisposable
{
    private readonly Process _holder;

    private LoopMount(Process holder, string place)
    {
        _holder = holder;
        Path = string.Create(CultureInfo.InvariantCulture, $"/proc/{holder.Id}/root{place}");
    }

    /// <summary>The root of the mounted file system, by a path that is valid in this name space.</summary>
    public string Path { get; }

    public string this[string name] => Path + name;

    /// <summary>Mounts an image in a folder of its own; null where this machine cannot, or its kernel does not know the file system.</summary>
    public static LoopMount? Try(TemporaryDirectory directory, string image, string options = "loop")
    {
        if (Tool.Find("mount") is null || Tool.Find("unshare") is not { } unshare)
        {
            return null;
        }
        var place = Directory.CreateDirectory(directory[$"mount-{Guid.NewGuid():n}"]).FullName;
        // A process that another test has just started holds our open files until it has become the new program: umount is tried again.
        const string script = "mount -o \"$1\" \"$2\" \"$3\" || exit; echo ready; read -r end; until umount \"$3\"; do sleep 0.1; done";
        var start = new ProcessStartInfo(unshare, ["--mount", "--propagation", "private", "sh", "-c", script, "sh", options, image, place])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var holder = Process.Start(start)!;
        holder.ErrorDataReceived += (_, _) => { };
        holder.BeginErrorReadLine();
        if (holder.StandardOutput.ReadLine() == "ready")
        {
            return new LoopMount(holder, place);
        }
        holder.Dispose();
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
        _holder.StandardInput.Close();
        if (!_holder.WaitForExit(TimeSpan.FromMinutes(1)))
        {
            _holder.Kill(entireProcessTree: true);
            _holder.WaitForExit();
        }
        _holder.Dispose();
    }
}
