using System.Globalization;

namespace XenKube.Tests.Support;

/// <summary>A block device over a file, where the machine lets the tests have one.</summary>
internal sealed class LoopDevice : IDisposable
{
    private LoopDevice(string path) => Path = path;

    /// <summary>The device, <c>/dev/loop3</c>.</summary>
    public string Path { get; }

    /// <summary>Attaches a file, or skips the test, visibly.</summary>
    public static LoopDevice Need(string file, int sectorSize = 512, bool withPartitions = false)
    {
        Tool.Need("losetup", "partx");
        Assert.SkipWhen(!Environment.IsPrivilegedProcess, "a loop device needs root");
        string[] options = ["--find", "--show", "--sector-size", sectorSize.ToString(CultureInfo.InvariantCulture)];
        var attached = Tool.Run("losetup", [.. options, .. withPartitions ? ["--partscan"] : Array.Empty<string>(), file]);
        Assert.SkipWhen(attached.ExitCode != 0, $"this machine lets nobody attach loop devices: {attached.All}");
        var device = new LoopDevice(attached.Output.Trim());
        if (withPartitions)
        {
            // A kernel without partition tables of its own is told by partx; any other has the partitions already.
            Tool.Run("partx", "--add", device.Path);
        }
        return device;
    }

    /// <summary>A node of a partition of the device, in a folder of the test: not every machine makes nodes by itself.</summary>
    public string Partition(int number, TemporaryDirectory folder)
    {
        var name = System.IO.Path.GetFileName(Path);
        var sysfs = $"/sys/block/{name}/{name}p{number}/dev";
        Assert.SkipWhen(!File.Exists(sysfs), "this kernel looks for no partitions on loop devices");
        var node = folder[$"{name}p{number}"];
        if (File.Exists(node))
        {
            return node;
        }
        var device = File.ReadAllText(sysfs).Trim().Split(':');
        Tool.Run("mknod", node, "b", device[0], device[1]).ShouldSucceed();
        return node;
    }

    public void Dispose()
    {
        // A process that another test has just started holds our open files until it becomes the program that it was started for.
        for (var i = 0; i < 50 && Tool.Run("losetup", "--detach", Path).ExitCode != 0; i++)
        {
            Thread.Sleep(100);
        }
    }
}
