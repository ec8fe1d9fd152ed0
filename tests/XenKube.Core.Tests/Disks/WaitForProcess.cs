using System.Diagnostics;

namespace XenKube.Tests.Disks;

internal static class WaitForProcess
{
    /// <summary>Waits until a process sleeps with a file open: it has done what it does before it sleeps.</summary>
    public static void ToOpen(Process process, string file)
    {
        for (var i = 0; i < 600; i++)
        {
            Thread.Sleep(50);
            Assert.False(process.HasExited, "the process ended");
            var links = Directory.GetFileSystemEntries($"/proc/{process.Id}/fd").Select(fd => File.ResolveLinkTarget(fd, false)?.FullName);
            if (links.Contains(file) && File.ReadAllText($"/proc/{process.Id}/stat").Contains(") S ", StringComparison.Ordinal))
            {
                return;
            }
        }
        Assert.Fail("the process did not open the file");
    }
}
