using System.Diagnostics;
using System.Globalization;
using System.Text;
using XenKube.Clusters;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems.Ext;

namespace XenKube.Benchmarks;

/// <summary>
/// The disk part of one refresh (grub.cfg on OEM, machine-id on ROOT, first_boot on EFI-SYSTEM, one open of the image,
/// flushed) against the guide's way of doing it, in one run on one machine.
/// Usage: <c>refresh IMAGE [ROUNDS]</c>, where the image is an unpacked CoreOS disk that may be written to.
/// </summary>
internal static class RefreshComparison
{
    private const string MachineId = "/etc/machine-id";
    private const string FirstBoot = "/coreos/first_boot";

    public static int Run(string[] arguments)
    {
        if (arguments.Length is 0 or > 2 || !File.Exists(arguments[0]))
        {
            Console.Error.WriteLine("usage: refresh IMAGE [ROUNDS]   (an unpacked disk, e.g. of tests/assets by bzip2 -dc | cp --sparse=always; it is written to)");
            return 2;
        }
        var image = arguments[0];
        var rounds = arguments.Length == 2 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 1000;
        for (var i = 0; i < 50; i++)
        {
            Prepare(image);
            Refresh(image, i);
        }
        var (wall, cpu) = Measure(image, rounds, out var memory);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"one refresh, {rounds} of them: median {wall:F2} ms, CPU {cpu:F2} ms each"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"managed memory after {rounds}: {memory >> 10:+#;-#;0} KiB more than before"));
        Count(image);
        var guide = MeasureGuide(image, out var way);
        Console.WriteLine(guide is { } milliseconds
            ? string.Create(CultureInfo.InvariantCulture, $"the guide's way ({way}): median {milliseconds:F1} ms; XenKube takes 1/{milliseconds / wall:F1} of it")
            : $"the guide's way could not be measured here: {way}");
        return 0;
    }

    private static void Refresh(string image, int number)
    {
        using var disk = DiskImage.OpenWrite(image);
        Refresh(disk, image, number);
    }

    private static void Refresh(DiskImage disk, string image, int number)
    {
        // As the refresh does: each file system is opened once, all is checked, then all is changed.
        var uri = new Uri($"http://192.168.100.1/etcd/node-{number}.json");
        using var oem = disk.OpenFileSystem("OEM");
        using var root = disk.OpenFileSystem("ROOT");
        using var boot = disk.OpenFileSystem("EFI-SYSTEM");
        var layout = GuestLayout.Detect(disk);
        using (var edits = new ImageBatch())
        {
            edits.Add(oem);
            edits.Add(root);
            OemGrubConfig.Check(oem, image, uri).Point(oem, uri, [], layout);
            root.Remove(MachineId);
            edits.Commit();
        }
        boot.WriteFile(FirstBoot, []);
    }

    // What a boot of the guest does between two refreshes.
    private static void Prepare(string image)
    {
        using var disk = DiskImage.OpenWrite(image);
        using (var root = disk.OpenFileSystem("ROOT"))
        {
            root.WriteFile(MachineId, "0123456789abcdef0123456789abcdef\n"u8);
        }
        using var boot = disk.OpenFileSystem("EFI-SYSTEM");
        boot.Remove(FirstBoot);
    }

    private static (double Wall, double Cpu) Measure(string image, int rounds, out long memory)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var times = new List<double>();
        var cpu = TimeSpan.Zero;
        for (var i = 0; i < rounds; i++)
        {
            Prepare(image);
            var started = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            Refresh(image, i);
            times.Add(clock.Elapsed.TotalMilliseconds);
            cpu += Environment.CpuUsage.TotalTime - started;
        }
        memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        return (Median(times), cpu.TotalMilliseconds / rounds);
    }

    private static void Count(string image)
    {
        Prepare(image);
        using var device = new CountingDevice(FileDevice.Open(image, writable: true));
        using (var disk = DiskImage.Open(device))
        {
            Refresh(disk, image, -1);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"it reads {device.BytesRead} bytes in {device.Reads} reads of the image's {device.Length}, writes {device.BytesWritten} bytes in {device.Writes} writes, flushes {device.Flushes} times, {device.FlushTime.TotalMilliseconds / device.Flushes:F2} ms each"));
    }

    // parted to find each partition, a loop mount to edit it, three times; mtools for the third without vfat in the kernel.
    private static double? MeasureGuide(string image, out string way)
    {
        way = "parted, mount -o loop, umount";
        var hasFat = File.ReadAllText("/proc/filesystems").Contains("vfat", StringComparison.Ordinal);
        var mount = Directory.CreateTempSubdirectory("xenkube-guide-").FullName;
        var start = "start=$(parted -sm \"$image\" unit b print | awk -F: -v l=$label '$6 == l { sub(\"B\", \"\", $2); print $2 }'); ";
        var mounted = "mount -o loop,offset=$start \"$image\" \"$mnt\" || exit 9; ";
        var script = new StringBuilder($"image='{image}'; mnt='{mount}'\n");
        script.Append("label=OEM; ").Append(start).Append(mounted)
            .Append("echo 'set linux_append=\"coreos.config.url=http://192.168.100.1/etcd/node-1.json\"' > \"$mnt/grub.cfg\"; umount \"$mnt\"\n");
        script.Append("label=ROOT; ").Append(start).Append(mounted).Append("rm -f \"$mnt/etc/machine-id\"; umount \"$mnt\"\n");
        script.Append("label=EFI-SYSTEM; ").Append(start);
        if (hasFat)
        {
            script.Append(mounted).Append("touch \"$mnt/coreos/first_boot\"; umount \"$mnt\"\n");
        }
        else
        {
            way += ", mtools for the third";
            script.Append("mcopy -D o -i \"$image@@$start\" /dev/null ::coreos/first_boot\n");
        }
        var times = new List<double>();
        try
        {
            for (var i = 0; i < 15; i++)
            {
                Prepare(image);
                var clock = Stopwatch.StartNew();
                var start2 = new ProcessStartInfo("sh") { RedirectStandardError = true };
                start2.ArgumentList.Add("-c");
                start2.ArgumentList.Add(script.ToString());
                using var process = Process.Start(start2)!;
                var error = process.StandardError.ReadToEnd();
                process.WaitForExit();
                if (process.ExitCode != 0)
                {
                    way = $"exit {process.ExitCode}: {error.Trim()}";
                    return null;
                }
                times.Add(clock.Elapsed.TotalMilliseconds);
            }
        }
        finally
        {
            Directory.Delete(mount);
        }
        return Median(times);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
