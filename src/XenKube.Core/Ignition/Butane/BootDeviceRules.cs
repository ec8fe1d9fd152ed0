using System.Text.RegularExpressions;
using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.Butane;

/// <summary>The rules of Fedora CoreOS about its boot device, and about what has to do with it elsewhere in the document.</summary>
/// <remarks>Held against Butane 0.19.0 and Butane 0.29.0.</remarks>
internal sealed partial class BootDeviceRules(ButaneVersion version, ButaneRelease release)
{
    private const string RootDevice = "/dev/disk/by-id/coreos-boot-disk";

    private readonly bool hasMainframes = version.HasBootDevice && version.Fields >= IgnitionSpec.V3_5;

    /// <summary>
    /// The whole document: partitions that would be looked for by label, and mount points that the system has for itself.
    /// </summary>
    public void Config(ConfigValue config, FindingPlace at)
    {
        // The experimental version of 0.19.0 has these rules already, and no mainframes.
        if (!version.HasBootDevice || version.Spec < IgnitionSpec.V3_5)
        {
            return;
        }
        var storage = config["storage"];
        var mirrored = (release.IsRecent ? config["boot_device"]["mirror"]["devices"].Items : []).Select(device => device.Text)
            .ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < storage["disks"].Items.Count; i++)
        {
            var disk = storage["disks"].Items[i];
            if (disk["device"].Text != RootDevice && !disk["wipe_table"].Flag && !mirrored.Contains(disk["device"].Text))
            {
                CheckReuse(disk["partitions"].Items, at.Field("storage").Field("disks").Item(i).Field("partitions"));
            }
        }
        for (var i = 0; i < storage["filesystems"].Items.Count; i++)
        {
            var filesystem = storage["filesystems"].Items[i];
            var isForbidden = filesystem["with_mount_unit"].Flag && filesystem["path"].IsSet
                && !MountPoint().IsMatch(filesystem["path"].Text);
            at.Field("storage").Field("filesystems").Item(i).Error(
                "path", isForbidden ? "path must be under /etc or /var if with_mount_unit is true" : null);
        }
    }

    /// <summary>The boot device. The reference asks for a good mirror twice: here and at the mirror itself.</summary>
    public void BootDevice(ConfigValue device, FindingPlace at)
    {
        var layout = device["layout"];
        var mirror = device["mirror"]["devices"].Items.Count > 0;
        if (release.IsRecent && mirror && !layout.IsSet)
        {
            const string message = "boot_device.layout should be specified when boot_device.mirror is specified";
            at.Error("mirror", version.Spec >= IgnitionSpec.V3_6 ? message : null);
            at.Warning("mirror", version.Spec >= IgnitionSpec.V3_6 ? null : message);
        }
        at.Error("layout", layout.IsSet ? LayoutFault(layout.Text, device["luks"]["device"]) : null);
        var isMainframe = hasMainframes && layout.Text.StartsWith("s390x", StringComparison.Ordinal);
        at.Error("layout", isMainframe && mirror ? "mirroring not supported on layouts: s390x-eckd, s390x-zfcp, s390x-virt" : null);
        var luks = device["luks"];
        if (luks["cex"]["enabled"].Flag)
        {
            const string mismatch = "when using cex the targeted architecture must match s390x";
            at.Field("luks").Error("cex", layout.IsSet ? null : mismatch);
            at.Error("layout", layout.IsSet && !isMainframe ? mismatch : null);
            at.Error("luks", luks["tang"].Items.Count > 0 || luks["tpm2"].Flag ? "cannot use cex with clevis" : null);
        }
        Mirror(device["mirror"], at.Field("mirror"));
    }

    /// <summary>How the root disk is unlocked, which has to be said of a disk that is named.</summary>
    public void Luks(ConfigValue luks, FindingPlace at)
    {
        var isGiven = luks["tpm2"].Flag || luks["cex"]["enabled"].Flag || luks["tang"].Items.Exists(tang => !tang.IsZero());
        at.Error("luks", version.Spec >= IgnitionSpec.V3_6 && luks["device"].HasText && !isGiven ? "no method specified for luks" : null);
    }

    /// <summary>The mirror of the boot device.</summary>
    public static void Mirror(ConfigValue mirror, FindingPlace at) =>
        at.Error("devices", mirror["devices"].Items.Count == 1 ? "mirroring requires at least two devices" : null);

    private static void CheckReuse(List<ConfigValue> partitions, FindingPlace at)
    {
        for (var i = 0; i < partitions.Count; i++)
        {
            at.Item(i).Warning(
                "number",
                partitions[i]["number"].Number == 0 && partitions[i]["label"].IsSet
                    ? "partitions cannot be reused by label; number must be specified except on boot disk "
                        + "(/dev/disk/by-id/coreos-boot-disk) or when wipe_table is true"
                    : null);
        }
    }

    private string? LayoutFault(string layout, ConfigValue device) => layout switch
    {
        "aarch64" or "ppc64le" or "x86_64" => null,
        "s390x-virt" when hasMainframes => null,
        "s390x-eckd" or "s390x-zfcp" when hasMainframes && !device.HasText => "device is required for layouts: s390x-eckd, s390x-zfcp",
        "s390x-eckd" when hasMainframes && Dasd().IsMatch(device.Text) => null,
        "s390x-zfcp" when hasMainframes && Scsi().IsMatch(device.Text) => null,
        "s390x-eckd" or "s390x-zfcp" when hasMainframes =>
            "device name must start with /dev/dasd on s390x-eckd layout or /dev/sd on s390x-zfcp layout",
        _ when hasMainframes => "layout must be one of: aarch64, ppc64le, s390x-eckd, s390x-virt, s390x-zfcp, x86_64",
        _ => "layout must be one of: aarch64, ppc64le, x86_64",
    };

    [GeneratedRegex(@"^/(etc|var)(/|\z)")]
    private static partial Regex MountPoint();

    [GeneratedRegex(@"/dev/dasd[a-z]\z")]
    private static partial Regex Dasd();

    [GeneratedRegex(@"/dev/sd[a-z]\z")]
    private static partial Regex Scsi();
}
