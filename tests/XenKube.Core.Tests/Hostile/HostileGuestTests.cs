using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using XenKube.Disks;
using XenKube.FileSystems.Copying;
using XenKube.Tests.Cli;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hostile;

/// <summary>
/// Disks that a hostile guest has made, each given to every command that takes a disk. Around the place where the commands work are
/// canary files, and the disks' links and names lead to them. No canary may change, nothing may appear outside of the destination of a
/// copy, each command has to end by itself with an exit code of its own, and no control character may reach the terminal.
/// XENKUBE_LONG=1 tries every trick on every kind of file system; else one of a hundred and twenty.
/// </summary>
[Trait("Kind", "Fuzz")]
public sealed class HostileGuestTests(ITestOutputHelper output) : IDisposable
{
    private static readonly bool IsLong = LongRun.IsAsked;
    private static readonly string[] Kinds = [HostileExt.WithChecksums, HostileExt.WithoutChecksums, HostileExt.Old];

    private readonly TemporaryDirectory _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Disk_of_a_hostile_guest_changes_nothing_outside_of_itself()
    {
        Tool.Need("mke2fs", "mkfs.vfat", "sgdisk");
        var canary = _folder.Write("canary/file", "untouched\n");
        _folder.Write("canary/passwd", "root:x:0:0\n");
        _folder.Write("work/canary", "untouched\n");
        var table = HostileDisk.MakeTable();
        var boot = HostileFat.MakeBase(HostileDisk.BootSize);
        var bases = Kinds.Select(kind => HostileExt.MakeBase(kind, HostileDisk.FileSystemSize)).ToArray();
        var sound = HostileDisk.With(table, boot, bases[0]);
        MakeXenDir(sound);
        var (images, runs, refused) = (0, 0, 0);
        var faults = new List<string>();
        foreach (var (name, disk) in Disks(table, boot, bases, canary))
        {
            HostileDisk.Save(disk, Image);
            images++;
            foreach (var (words, run) in RunAll(name, faults))
            {
                runs++;
                refused += run.ExitCode == 0 ? 0 : 1;
                faults.AddRange(Judge($"{name}: {string.Join(' ', words)}", run));
            }
            faults.AddRange(CopyOut(name));
            if (Canaries() is var now && now != _canaries)
            {
                faults.Add($"{name}: {now}{Environment.NewLine}instead of{Environment.NewLine}{_canaries}");
                break;
            }
        }
        Assert.True(faults.Count == 0, $"{faults.Count} faults, among them{Environment.NewLine}{string.Join(Environment.NewLine, faults.Take(30))}");
        output.WriteLine($"{images} disks, {runs} commands, {refused} of them refused by name; no canary changed");
        Assert.True(images > (IsLong ? 800 : 5) && refused > images / 2, $"{images} disks, {refused} refusals");
    }

    private string Image => _folder["xen/guests/etcd/node-1.img"];

    private string? _canariesBefore;

    private string _canaries => _canariesBefore ?? throw new InvalidOperationException("the XENDIR is made first");

    private static IEnumerable<(string Name, byte[] Disk)> Disks(byte[] table, byte[] boot, byte[][] bases, string canary)
    {
        var number = 0;
        foreach (var (name, craft) in HostileExt.Crafts(canary))
        {
            for (var kind = 0; kind < Kinds.Length; kind++)
            {
                if (!IsTried(++number))
                {
                    continue;
                }
                var files = (byte[])bases[kind].Clone();
                var surgeon = new ExtSurgeon(new MemoryDevice(files));
                craft(surgeon);
                surgeon.Flush();
                yield return ($"{Kinds[kind]}, {name}", HostileDisk.With(table, boot, files));
            }
        }
        foreach (var (name, craft) in HostileFat.Crafts().Where(_ => IsTried(++number)))
        {
            var volume = (byte[])boot.Clone();
            craft(volume);
            yield return ($"FAT, {name}", HostileDisk.With(table, volume, bases[0]));
        }
        foreach (var (name, craft) in HostileTables.Crafts().Where(_ => IsTried(++number)))
        {
            yield return ($"table, {name}", craft(HostileDisk.With(table, boot, bases[0])));
        }
    }

    private static bool IsTried(int number) => IsLong || number % 120 == 3;

    private IEnumerable<(string[] Words, CommandLineRun Run)> RunAll(string name, List<string> faults)
    {
        foreach (var words in new string[][]
        {
            ["disk", "partitions", Image], ["disk", "partitions", Image, "--json"],
            ["disk", "ls", Image, "ROOT", "/"], ["disk", "ls", Image, "ROOT", "/d"], ["disk", "ls", Image, "ROOT", "/d", "--json"], ["disk", "ls", Image, "ROOT", "/victim"],
            ["disk", "ls", Image, "EFI-SYSTEM", "/"], ["disk", "ls", Image, "EFI-SYSTEM", "/d"], ["disk", "ls", Image, "1", "/"],
            ["disk", "cat", Image, "ROOT", "/d/small"], ["disk", "cat", Image, "ROOT", "/d/link"], ["disk", "cat", Image, "EFI-SYSTEM", "/d/small"],
            ["grub", "get", Image], ["node", "check", "etcd", "--skip-signature", "--xen-dir", _folder["xen"]],
            ["disk", "put", Image, "ROOT", "/d/new"], ["disk", "put", Image, "ROOT", "/d/big"], ["disk", "put", Image, "ROOT", "/d/link"],
            ["disk", "mkdir", Image, "ROOT", "/d/made"], ["disk", "mv", Image, "ROOT", "/d/small", "/d/moved"], ["disk", "rm", Image, "ROOT", "/d/big"],
            ["disk", "rm", Image, "ROOT", "/d/link"], ["disk", "rm", Image, "ROOT", "/d/twice"], ["disk", "put", Image, "EFI-SYSTEM", "/d/new"], ["disk", "rm", Image, "EFI-SYSTEM", "/coreos/vmlinuz-a"],
            ["grub", "set", Image, "--config-uri", "http://192.168.100.1/etcd/node-1.json"], ["node", "refresh", "etcd", "--xen-dir", _folder["xen"]],
        })
        {
            CommandLineRun? run = null;
            var clock = System.Diagnostics.Stopwatch.StartNew();
            try
            {
                run = CommandLineRun.WithInput("content\n"u8.ToArray(), words);
            }
            catch (Exception e)
            {
                faults.Add($"{name}: {string.Join(' ', words)}: {e}");
            }
            if (clock.Elapsed.TotalSeconds > 1)
            {
                output.WriteLine($"{name}: {string.Join(' ', words)}: {clock.Elapsed.TotalSeconds:f1} s by the clock");
            }
            if (run is not null)
            {
                yield return (words, run);
            }
        }
    }

    private static IEnumerable<string> Judge(string what, CommandLineRun run)
    {
        if (run.ExitCode is not (0 or 1))
        {
            yield return $"{what}: exit code {run.ExitCode}: {run.Error}";
        }
        if (run.Error.Contains("   at ", StringComparison.Ordinal) || run.Error.Contains("unexpected", StringComparison.OrdinalIgnoreCase))
        {
            yield return $"{what}: {run.Error}";
        }
        // What cat prints are the bytes of a file.
        var text = what.Contains("disk cat", StringComparison.Ordinal) ? run.Error : run.Output + run.Error;
        // JSON is for programs; what a terminal would act upon in it is escaped, and the rest is the programs' to escape.
        if (text.Any(c => (char.IsControl(c) && c != '\n') || c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069'))
        {
            yield return $"{what}: control characters: {Printable.Of(text)}";
        }
    }

    // A copy out of every partition, into a directory in which an earlier copy has left what it left.
    private List<string> CopyOut(string name)
    {
        var faults = new List<string>();
        Directory.CreateDirectory(_folder["work/out"]);
        using var image = new ImageReader(Image);
        for (var partition = 1; partition <= 4; partition++)
        {
            try
            {
                image.Read(string.Create(CultureInfo.InvariantCulture, $"{partition}"), files =>
                {
                    TreeCopy.ToHost(files, "/", "", _folder["work/out/"], new TreeCopyOptions { Recurse = true, Failed = _ => { } });
                    return true;
                });
            }
            catch (XenKubeException)
            {
                // Nothing of it can be read.
            }
            catch (Exception e)
            {
                faults.Add($"{name}, copy of partition {partition}: {e}");
            }
        }
        var size = long.Parse(Tool.Run("du", "--summarize", "--block-size=1", _folder["work/out"]).ShouldSucceed().Output.Split('\t')[0], CultureInfo.InvariantCulture);
        if (size > 64 << 20)
        {
            faults.Add($"{name}: the copies take {size} bytes");
        }
        Tool.Run("rm", "-rf", _folder["work/out"]).ShouldSucceed();
        return faults;
    }

    private void MakeXenDir(byte[] sound)
    {
        foreach (var name in new[] { "images", "guests/etcd", "nginx/etcd", "keys" })
        {
            Directory.CreateDirectory(_folder["xen/" + name]);
        }
        HostileDisk.Save(sound, _folder["xen/guests/etcd/node-2.img"]);
        _folder.Write("xen/guests/etcd/node-1.ct", "passwd: {}\n");
        _folder.Write("xen/guests/etcd/node-2.ct", "passwd: {}\n");
        _canariesBefore = Canaries();
    }

    // Everything but the disks, what a refresh publishes, and the destination of the copies.
    private string Canaries() => string.Join('\n', Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories)
        .Where(path => !path.StartsWith(_folder["xen"], StringComparison.Ordinal) && !path.StartsWith(_folder["work/out"], StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(path => File.GetAttributes(path).HasFlag(FileAttributes.Directory) ? $"{path} {File.GetUnixFileMode(path)}"
            : $"{path} {File.GetUnixFileMode(path)} {File.GetLastWriteTimeUtc(path):O} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))}"));
}
