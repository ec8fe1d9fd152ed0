using System.Globalization;
using XenKube.Ignition.Model;

namespace XenKube.Ignition.Butane;

/// <summary>
/// Fedora CoreOS' <c>boot_device</c>: a mirrored or encrypted root disk, spelled out as the disks, arrays, volumes and file systems
/// of an otherwise empty config. The sizes are those of the system's own image and must not change.
/// </summary>
/// <remarks>Held against Butane 0.19.0 and Butane 0.29.0.</remarks>
internal sealed class BootDevice(ConfigValue section, ConfigValue rendered, FieldTranslation fields)
{
    private const string Reserved = "8DA63339-0007-60C0-C436-083AC8230908";
    private const string Bios = "21686148-6449-6E6F-744E-656564454649";
    private const string Prep = "9E1A2D38-C612-4316-AA26-8B49521E5A8B";
    private const string Esp = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

    private static readonly ConfigPath Place = ConfigPath.Root.Field("boot_device");

    /// <summary>Whether the section asks for anything.</summary>
    public static bool IsWanted(ConfigValue section) => WantsLuks(section) || WantsMirror(section);

    /// <summary>Fills the config.</summary>
    public void Render()
    {
        var storage = rendered["storage"];
        storage.IsSet = true;
        storage.Origin = storage["filesystems"].Origin = Place;
        if (WantsMirror(section))
        {
            AddMirror(storage);
        }
        if (WantsLuks(section))
        {
            AddLuks(storage);
        }
        AddFilesystem(storage, WantsLuks(section) ? "/dev/mapper/root" : "/dev/md/md-root", "xfs", "root", Place);
    }

    private static bool WantsLuks(ConfigValue section) =>
        WantsCex(section) || section["luks"]["tpm2"].Flag || section["luks"]["tang"].Items.Count > 0;

    private static bool WantsCex(ConfigValue section) => section["luks"]["cex"]["enabled"].Flag;

    private static bool WantsMirror(ConfigValue section) => section["mirror"]["devices"].Items.Count > 0;

    private void AddMirror(ConfigValue storage)
    {
        var mirror = Place.Field("mirror");
        var devices = section["mirror"]["devices"].Items;
        var hasEfi = section["layout"].Text is "" or "x86_64" or "aarch64";
        storage["disks"].Origin = mirror.Field("devices");
        for (var i = 0; i < devices.Count; i++)
        {
            var place = mirror.Field("devices").Item(i);
            AddDisk(storage["disks"].AddItem(), devices[i].Text, i + 1, hasEfi, place);
            if (hasEfi)
            {
                var label = Numbered("esp", i + 1);
                AddFilesystem(storage, "/dev/disk/by-partlabel/" + label, "vfat", label, place);
            }
        }
        // The superblock at the end keeps the array readable for a boot loader that knows no RAID.
        AddArray(storage, "boot", devices.Count)["options"].AddItem().Set("--metadata=1.0");
        AddArray(storage, "root", devices.Count);
        storage["raid"].SetOrigins(mirror);
        AddFilesystem(storage, "/dev/md/md-boot", "ext4", "boot", mirror);
    }

    private void AddDisk(ConfigValue disk, string device, int number, bool hasEfi, ConfigPath place)
    {
        disk["device"].Set(device);
        disk["wipeTable"].Set(true);
        var (name, size, type) = section["layout"].Text switch
        {
            "" or "x86_64" => ("bios", 1, Bios),
            "ppc64le" => ("prep", 4, Prep),
            _ => ("reserved", 1, Reserved),
        };
        AddPartition(disk, Numbered(name, number), size, type);
        AddPartition(disk, Numbered(hasEfi ? "esp" : "reserved", number), hasEfi ? 127 : 1, hasEfi ? Esp : Reserved);
        AddPartition(disk, Numbered("boot", number), 384, null);
        AddPartition(disk, Numbered("root", number), null, null);
        disk.SetOrigins(place);
    }

    private static void AddPartition(ConfigValue disk, string label, int? size, string? type)
    {
        var partition = disk["partitions"].AddItem();
        partition["label"].Set(label);
        if (size is { } mebibytes)
        {
            partition["sizeMiB"].Set(mebibytes);
        }
        if (type is not null)
        {
            partition["typeGuid"].Set(type);
        }
    }

    private static ConfigValue AddArray(ConfigValue storage, string label, int devices)
    {
        var array = storage["raid"].AddItem();
        array["name"].Set("md-" + label);
        array["level"].Set("raid1");
        for (var number = 1; number <= devices; number++)
        {
            array["devices"].AddItem().Set("/dev/disk/by-partlabel/" + Numbered(label, number));
        }
        return array;
    }

    private void AddLuks(ConfigValue storage)
    {
        var place = Place.Field("luks");
        var from = section["luks"];
        var luks = storage["luks"].AddItem();
        storage["luks"].Origin = place;
        luks.Origin = place;
        if (WantsCex(section))
        {
            luks["cex"].IsSet = true;
            luks["cex"].Origin = place;
            luks["cex"]["enabled"].Set(true).Origin = place.Field("enabled");
        }
        else
        {
            luks["clevis"].IsSet = true;
            luks["clevis"].Origin = place;
            foreach (var name in (ReadOnlySpan<string>)["tang", "threshold", "tpm2"])
            {
                fields.Copy(from[name], luks["clevis"][name], isOptional: name != "tang", place.Field(name));
            }
        }
        fields.Copy(from["discard"], luks["discard"], isOptional: true, place.Field("discard"));
        // The root partition has a fixed number on the disks of a mainframe.
        luks["device"].Set(section["layout"].Text switch
        {
            "s390x-eckd" => from["device"].Text + "2",
            "s390x-zfcp" => from["device"].Text + "4",
            _ when WantsMirror(section) => "/dev/md/md-root",
            _ => "/dev/disk/by-partlabel/root",
        }).Origin = place;
        luks["label"].Set("luks-root").Origin = place;
        luks["name"].Set("root").Origin = place;
        luks["wipeVolume"].Set(true).Origin = place;
    }

    private static void AddFilesystem(ConfigValue storage, string device, string format, string label, ConfigPath place)
    {
        var filesystem = storage["filesystems"].AddItem();
        filesystem["device"].Set(device);
        filesystem["format"].Set(format);
        filesystem["label"].Set(label);
        filesystem["wipeFilesystem"].Set(true);
        filesystem.SetOrigins(place);
    }

    private static string Numbered(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
}
