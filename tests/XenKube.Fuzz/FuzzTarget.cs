using System.Text;
using XenKube.Booting.Grub;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Detection;
using XenKube.Firewall.Iptables;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Ignition;
using XenKube.Ignition.Validation;
using XenKube.Images.Signatures;
using XenKube.Tests.Support;

namespace XenKube.Fuzz;

/// <summary>A parser, and what it is given. Only errors of the module may come of it.</summary>
/// <param name="Name">Its name on the command line, and the folder of its corpus.</param>
/// <param name="IsImage">True for disks, in which bytes change and never move.</param>
/// <param name="Run">Gives it an input.</param>
internal sealed record FuzzTarget(string Name, bool IsImage, Action<byte[]> Run)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("ext", true, bytes => Read(bytes)),
        new("ext-edit", true, bytes => Edit(bytes)),
        new("journal", true, bytes => Edit(bytes)),
        new("fat", true, bytes => Read(bytes)),
        new("fat-edit", true, bytes => Edit(bytes)),
        new("gpt", true, bytes => Table(bytes)),
        new("clc", false, bytes => _ = IgnitionTranspiler.Transpile(bytes)),
        new("ignition", false, bytes => _ = IgnitionValidator.Validate(bytes)),
        new("xl-config", false, bytes => _ = XenGuestConfig.Parse(bytes)),
        new("hostsfile", false, bytes => _ = DhcpReservations.Parse(Encoding.UTF8.GetString(bytes))),
        new("iptables", false, bytes => _ = IptablesRules.Parse(Encoding.UTF8.GetString(bytes), "rules", isIPv6: false, _ => null)),
        new("grub", false, bytes => _ = GrubParser.Parse(Encoding.UTF8.GetString(bytes), "grub.cfg")),
        new("request", false, bytes => _ = RequestHead.Parse(bytes)),
        new("openpgp", false, bytes => _ = KeyRing.Read(bytes, "keys", isTrusted: false)),
    ];

    private static void Table(byte[] bytes)
    {
        using var disk = DiskImage.Open(new MemoryDevice(bytes));
        foreach (var partition in disk.Partitions.Partitions)
        {
            _ = partition.ToString();
        }
    }

    private static void Read(byte[] bytes)
    {
        using var files = FileSystem.Open(new MemoryDevice(bytes));
        Walk(files, "/", 0);
    }

    private static void Edit(byte[] bytes)
    {
        using (var files = FileSystem.Open(new MemoryDevice(bytes)))
        {
            Try(() => files.WriteFile("/new", new byte[3000]));
            Try(() => files.CreateDirectory("/directory"));
            Try(() => files.WriteFile("/directory/file", "x"u8));
            Try(() => files.Remove("/file"));
            Try(() => files.Rename("/new", "/directory/new"));
            Try(() => files.SetAttributes("/etc", new FileAttributesChange(0x1C0, 1, 2)));
        }
        Read(bytes);
    }

    private static void Walk(IFileSystem files, string path, int depth)
    {
        foreach (var entry in files.List(path).Where(entry => entry.Damage is null))
        {
            if (entry.Kind == FileSystemEntryKind.Directory && depth < 4)
            {
                Try(() => Walk(files, entry.Path, depth + 1));
            }
            else if (entry.Kind == FileSystemEntryKind.File)
            {
                Try(() =>
                {
                    using var content = files.OpenRead(entry.Path);
                    _ = content.Read(new byte[8192]);
                });
                Try(() => _ = files.ReadExtendedAttributes(entry.Path));
            }
        }
    }

    // A refusal of one thing; the next one is tried.
    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (XenKubeException)
        {
        }
    }
}
