using System.Diagnostics;
using System.Globalization;
using System.Text;
using XenKube.Devices;
using XenKube.FileSystems;
using XenKube.FileSystems.Copying;
using XenKube.FileSystems.Detection;

namespace XenKube.Benchmarks;

/// <summary>
/// A tree copied into an ext4 and a FAT16 beside debugfs -w and mcopy, out of the ext4 beside debugfs rdump, and a tree listed beside find on
/// what it was made from, in one run on one machine. Usage: <c>tree [FILES] [ROUNDS]</c>.
/// </summary>
internal static class TreeComparison
{
    private const int FilesInDirectory = 100;

    /// <summary>Milliseconds of processor time that the last program took.</summary>
    private static double _work;

    public static int Run(string[] arguments)
    {
        var count = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1000;
        var rounds = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 5;
        var folder = Directory.CreateTempSubdirectory("xenkube-tree-").FullName;
        try
        {
            var tree = MakeTree(folder, count);
            var commands = Path.Combine(folder, "commands");
            File.WriteAllText(commands, DebugfsCommands(tree));
            var size = Math.Max(64, count / 50);
            Compare($"{count} files of 2 kB into ext4", rounds, folder, ["mke2fs", "-q", "-F", "-t", "ext4"], size, tree,
                image => Program(folder, "debugfs", "-w", "-f", commands, image));
            if (count <= 10_000)
            {
                Compare($"{count} files of 2 kB into FAT16", rounds, folder, ["mkfs.vfat", "-F", "16"], size, tree,
                    image => Program(folder, "mcopy", "-s", "-i", image, tree, "::/tree"));
            }
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(string what, int rounds, string folder, string[] make, int size, string tree, Action<string> other)
    {
        var image = Path.Combine(folder, "image");
        List<double> own = [], others = [], listed = [], found = [], ownWork = [], otherWork = [], ownOut = [], dumped = [], outWork = [], dumpWork = [];
        for (var i = 0; i < rounds; i++)
        {
            Make(folder, image, size, make);
            others.Add(Time(() => other(image)));
            otherWork.Add(_work);
            Make(folder, image, size, make);
            var before = Environment.CpuUsage.TotalTime;
            own.Add(Time(() =>
            {
                using var device = FileDevice.Open(image, writable: true);
                using var files = FileSystem.Open(device);
                TreeCopy.FromHost(tree, files, "/", new TreeCopyOptions { Recurse = true });
                device.Flush();
            }));
            ownWork.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
            listed.Add(Time(() =>
            {
                using var device = FileDevice.Open(image, writable: false);
                using var files = FileSystem.Open(device);
                Count(files, "/");
            }));
            found.Add(Time(() => Program(folder, "find", tree, "-ls")));
            if (make[0] == "mke2fs")
            {
                CopyOut(Path.Combine(folder, $"out-{i}"), image, ownOut, dumped, outWork, dumpWork);
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: the first {own[0]:F0} ms, median {Median(own):F0} ms; the other program {Median(others):F0} ms: {Median(own) / Median(others):F2} times"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  processor time: median {Median(ownWork):F0} ms, the compiler's threads included; the other program {Median(otherWork):F0} ms: {Median(ownWork) / Median(otherWork):F2} times"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  listed: the first {listed[0]:F0} ms, median {Median(listed):F0} ms; find -ls {Median(found):F0} ms: {Median(listed) / Median(found):F2} times"));
        if (dumped.Count > 0)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  copied out: the first {ownOut[0]:F0} ms, median {Median(ownOut):F0} ms; debugfs rdump {Median(dumped):F0} ms: {Median(ownOut) / Median(dumped):F2} times; processor time {Median(outWork):F0} ms, {Median(dumpWork):F0} ms"));
        }
    }

    // The copies stay to the end: for minutes after a removal, ext4 makes a new file several times slower.
    private static void CopyOut(string folder, string image, List<double> own, List<double> dumped, List<double> ownWork, List<double> dumpWork)
    {
        string copy = Path.Combine(folder, "copy"), dump = Path.Combine(folder, "dump");
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(dump);
        dumped.Add(Time(() => Program(folder, "debugfs", "-R", $"rdump /tree {dump}", image)));
        dumpWork.Add(_work);
        var before = Environment.CpuUsage.TotalTime;
        own.Add(Time(() =>
        {
            using var device = FileDevice.Open(image, writable: false);
            using var files = FileSystem.Open(device);
            TreeCopy.ToHost(files, "/tree", "tree", copy, new TreeCopyOptions { Recurse = true });
        }));
        ownWork.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
    }

    private static int Count(IFileSystem files, string path)
    {
        var count = 0;
        foreach (var entry in files.List(path))
        {
            count += 1 + (entry.Kind == FileSystemEntryKind.Directory ? Count(files, entry.Path) : 0);
        }
        return count;
    }

    private static string MakeTree(string folder, int count)
    {
        var tree = Path.Combine(folder, "tree");
        for (var i = 0; i < count; i++)
        {
            var directory = Path.Combine(tree, string.Create(CultureInfo.InvariantCulture, $"directory-{i / FilesInDirectory}"));
            Directory.CreateDirectory(directory);
            File.WriteAllBytes(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"file-{i}.txt")),
                Encoding.ASCII.GetBytes(new string((char)('a' + i % 26), 1000 + i * 37 % 2000)));
        }
        return tree;
    }

    private static string DebugfsCommands(string tree)
    {
        var text = new StringBuilder("mkdir /tree\n");
        foreach (var directory in Directory.GetDirectories(tree).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(directory);
            text.Append(CultureInfo.InvariantCulture, $"mkdir /tree/{name}\ncd /tree/{name}\n");
            foreach (var file in Directory.GetFiles(directory))
            {
                text.Append(CultureInfo.InvariantCulture, $"write {file} {Path.GetFileName(file)}\n");
            }
            text.Append("cd /\n");
        }
        return text.ToString();
    }

    private static void Make(string folder, string image, int mebibytes, string[] make)
    {
        using (var file = File.Create(image))
        {
            file.SetLength((long)mebibytes << 20);
        }
        Program(folder, make[0], [.. make[1..], image]);
    }

    private static void Program(string folder, string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        var before = WorkOfChildren();
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        _work = WorkOfChildren() - before;
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{name}: {error.GetAwaiter().GetResult()}");
        }
    }

    // proc(5): cutime and cstime, in ticks of a hundredth of a second, of the children that have ended.
    private static double WorkOfChildren()
    {
        const double millisecondsPerTick = 10;
        var fields = File.ReadAllText("/proc/self/stat").Split(") ")[1].Split(' ');
        return (long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)) * millisecondsPerTick;
    }

    private static double Time(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
