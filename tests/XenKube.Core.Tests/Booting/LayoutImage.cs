using System.Globalization;
using XenKube.Tests.Support;

namespace XenKube.Tests.Booting;

/// <summary>Disk images with the partitions of a distribution, made by sgdisk, mkfs.vfat, mtools and mke2fs.</summary>
internal sealed class LayoutImage : IDisposable
{
    public const string UsrAId = "7130c94a-213a-4e5a-8e26-6cce9662f132";
    public const string UsrBId = "e03dd35c-7c2d-4a47-b3fe-27f15780a57c";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _options = [];
    private readonly List<(int Start, string File)> _contents = [];
    private int _next = 2048;

    public string Path => _directory["disk.img"];

    /// <summary>The same with OEM and ROOT of btrfs, as Flatcar has OEM since 2021 and may have ROOT.</summary>
    /// <param name="system">Files of EFI-SYSTEM.</param>
    /// <param name="oem">Files of OEM.</param>
    /// <param name="releases">The versions in os-release of USR-A and USR-B; the other slot is the one that is booted where there are two.</param>
    public static LayoutImage FlatcarOfToday(IReadOnlyDictionary<string, byte[]> system, Dictionary<string, byte[]>? oem = null, params string[] releases)
    {
        Tool.Need("mkfs.btrfs");
        var image = new LayoutImage();
        Action<string>? Usr(int slot) => slot >= releases.Length ? null : file => image.MakeExt(file, $"USR-{slot}", new()
            { ["lib/os-release"] = System.Text.Encoding.UTF8.GetBytes($"NAME=\"Flatcar Container Linux by Kinvolk\"\nID=flatcar\nVERSION_ID={releases[slot]}\n") });
        image.Add(1, 40, "EFI-SYSTEM", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", file => image.MakeFat(file, system));
        image.Add(3, 4, "USR-A", "5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6", Usr(0), UsrAId, "0101000000000000");
        image.Add(4, 4, "USR-B", "5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6", Usr(1), UsrBId, releases.Length > 1 ? "0102000000000000" : "0000000000000000");
        image.Add(6, 40, "OEM", "0FC63DAF-8483-4772-8E79-3D69D8477DE4", file => image.MakeBtrfs(file, "OEM", oem ?? []));
        image.Add(9, 40, "ROOT", "3884DD41-8582-4404-B9A8-E9B84F2DF50E", file => image.MakeBtrfs(file, "ROOT", new()
            { ["etc/machine-id"] = "0123456789abcdef0123456789abcdef\n"u8.ToArray() }));
        image.Finish("00000000-0000-0000-0000-000000000001");
        return image;
    }

    public static void NeedTools() => Tool.Need("sgdisk", "mkfs.vfat", "mcopy", "mmd", "mke2fs", "debugfs");

    /// <summary>A file of the layout, for its content.</summary>
    public string this[string name] => _directory[name];

    /// <summary>The layout of Flatcar: EFI-SYSTEM with these files, USR-A and USR-B with these attributes, OEM and ROOT.</summary>
    public static LayoutImage Flatcar(IReadOnlyDictionary<string, byte[]> system, string? oemGrubConfig = null, string attributesA = "0101000000000000", string attributesB = "0000000000000000", string distribution = "flatcar")
    {
        var image = new LayoutImage();
        image.Add(1, 40, "EFI-SYSTEM", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", file => image.MakeFat(file, system));
        image.Add(3, 1, "USR-A", "5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6", null, UsrAId, attributesA);
        image.Add(4, 1, "USR-B", "5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6", null, UsrBId, attributesB);
        image.Add(6, 8, "OEM", "0FC63DAF-8483-4772-8E79-3D69D8477DE4", file => image.MakeExt(file, "OEM", oemGrubConfig is null ? [] : new() { ["grub.cfg"] = System.Text.Encoding.UTF8.GetBytes(oemGrubConfig) }));
        image.Add(9, 8, "ROOT", "3884DD41-8582-4404-B9A8-E9B84F2DF50E", file => image.MakeExt(file, "ROOT", []));
        image.Finish("00000000-0000-0000-0000-000000000001");
        return image;
    }

    /// <summary>The layout of Fedora CoreOS: a boot partition of ext4 with these files.</summary>
    public static LayoutImage FedoraCoreOS(Dictionary<string, byte[]> boot, params (string Link, string Target)[] links)
    {
        var image = new LayoutImage();
        image.Add(1, 1, "BIOS-BOOT", "21686148-6449-6E6F-744E-656564454649", null);
        image.Add(2, 40, "EFI-SYSTEM", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", file => image.MakeFat(file, new Dictionary<string, byte[]> { ["EFI/fedora/shim.efi"] = [1] }));
        image.Add(3, 24, "boot", "0FC63DAF-8483-4772-8E79-3D69D8477DE4", file => image.MakeExt(file, "boot", boot, links));
        image.Add(4, 1, "root", "0FC63DAF-8483-4772-8E79-3D69D8477DE4", null);
        image.Finish("00000000-0000-4000-a000-000000000001");
        return image;
    }

    public void Dispose() => _directory.Dispose();

    private void Add(int number, int mebibytes, string label, string type, Action<string>? make, string? id = null, string attributes = "0000000000000000")
    {
        var sectors = mebibytes * 2048;
        _options.AddRange(["-n", $"{number}:{_next}:{_next + sectors - 1}", "-c", $"{number}:{label}", "-t", $"{number}:{type}"]);
        if (id is not null)
        {
            _options.AddRange(["-u", $"{number}:{id}"]);
        }
        for (var bit = 0; bit < 64; bit++)
        {
            // Bits count from the right of the sixteen digits.
            if ((ulong.Parse(attributes, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> bit & 1) != 0)
            {
                _options.AddRange(["-A", $"{number}:set:{bit}"]);
            }
        }
        if (make is not null)
        {
            var file = _directory[$"partition{number}"];
            using (var stream = File.Create(file))
            {
                stream.SetLength(sectors * 512L);
            }
            make(file);
            _contents.Add((_next, file));
        }
        _next += sectors;
    }

    private void Finish(string id)
    {
        using (var disk = File.Create(Path))
        {
            disk.SetLength((_next + 2048) * 512L);
        }
        Tool.Run("sgdisk", ["-U", id, .. _options, Path]).ShouldSucceed();
        using var stream = File.OpenWrite(Path);
        foreach (var (start, file) in _contents)
        {
            stream.Position = start * 512L;
            using var content = File.OpenRead(file);
            content.CopyTo(stream);
            content.Close();
            File.Delete(file);
        }
    }

    private void MakeFat(string file, IReadOnlyDictionary<string, byte[]> files)
    {
        Tool.Run("mkfs.vfat", "-n", "EFI-SYSTEM", file).ShouldSucceed();
        foreach (var directory in files.Keys.SelectMany(Parents).Distinct().Order(StringComparer.Ordinal))
        {
            Tool.Run("mmd", "-i", file, $"::{directory}").ShouldSucceed();
        }
        foreach (var (name, content) in files)
        {
            Tool.Run("mcopy", "-i", file, _directory.Write("content", content), $"::{name}").ShouldSucceed();
        }
    }

    private void MakeBtrfs(string file, string label, Dictionary<string, byte[]> files) =>
        Tool.Run("mkfs.btrfs", "-q", "--mixed", "-m", "single", "-d", "single", "-L", label, "--rootdir", MakeTree(label, files), file).ShouldSucceed();

    private void MakeExt(string file, string label, Dictionary<string, byte[]> files, params (string Link, string Target)[] links)
    {
        var root = MakeTree(label, files);
        foreach (var (link, target) in links)
        {
            File.CreateSymbolicLink(System.IO.Path.Combine(root, link), target);
        }
        Tool.Run("mke2fs", "-q", "-t", "ext4", "-L", label, "-d", root, file).ShouldSucceed();
    }

    private string MakeTree(string label, Dictionary<string, byte[]> files)
    {
        var root = _directory[$"root-{label}"];
        Directory.CreateDirectory(root);
        foreach (var (name, content) in files)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.Combine(root, name))!);
            File.WriteAllBytes(System.IO.Path.Combine(root, name), content);
        }
        return root;
    }

    private static IEnumerable<string> Parents(string name)
    {
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = name.IndexOf('/', slash + 1))
        {
            yield return name[..slash];
        }
    }
}
