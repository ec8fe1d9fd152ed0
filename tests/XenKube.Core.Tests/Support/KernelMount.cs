using XenKube.Devices;

namespace XenKube.Tests.Support;

/// <summary>Ends a mount of the kernel for every process, and not only for this one.</summary>
internal static class KernelMount
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>
    /// Unmounts, and waits until the mount is gone from all mount name spaces: another test that makes a name space of its own gets a
    /// copy of every mount of that moment, and what it holds is in use until that test ends.
    /// </summary>
    public static void End(string place)
    {
        var until = DateTime.UtcNow + Patience;
        // A process that another test has just started holds our open files until it has become the new program.
        ToolResult result;
        while ((result = Tool.Run("umount", place)).ExitCode != 0 && result.All.Contains("busy", StringComparison.Ordinal) && DateTime.UtcNow < until)
        {
            Thread.Sleep(100);
        }
        result.ShouldSucceed();
        var table = new MountTable(new SystemFiles("/"));
        while (table.Read(everywhere: true).Any(mount => mount.Place == place) && DateTime.UtcNow < until)
        {
            Thread.Sleep(100);
        }
    }
}
