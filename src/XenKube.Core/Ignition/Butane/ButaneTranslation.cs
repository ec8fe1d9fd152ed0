using XenKube.Ignition.Generation3;
using XenKube.Ignition.Model;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.Butane;

/// <summary>Turns a document's tree into an Ignition config's.</summary>
internal sealed class ButaneTranslation(ButaneVersion version, string filesDirectory, List<ConfigFinding> findings)
{
    /// <summary>What is said of a local file where there is no files directory.</summary>
    public const string NoFilesDirectory = "local file paths are relative to a files directory that must be specified with -d/--files-dir";

    private readonly LocalFiles files = new(filesDirectory, NoFilesDirectory, _ => "local file path traverses outside the files directory");
    private readonly ConfigType type = Ignition3Types.Config(version.Spec);

    /// <summary>The config; null if there was an error, which is among the findings then.</summary>
    public ConfigValue? Translate(ConfigValue document)
    {
        var config = NewConfig();
        var fields = new FieldTranslation(files, findings);
        foreach (var name in (ReadOnlySpan<string>)["ignition", "kernel_arguments", "passwd", "storage", "systemd"])
        {
            fields.Copy(document[name], config[ConfigNames.ToCamel(name)], isOptional: false, ConfigPath.Root.Field(name));
        }
        config["ignition"].IsSet = true;
        config["ignition"].Origin = ConfigPath.Root.Field("ignition");
        config["ignition"]["version"].Set(version.Spec.ToString()).Origin = ConfigPath.Root.Field("version");

        if (document["storage"]["filesystems"].Items.Count > 0 && version.Spec >= IgnitionSpec.V3_1)
        {
            var mounts = NewConfig();
            MountUnits.Add(document["storage"], mounts, version.Spec);
            config = ConfigMerge.Merge(mounts, config);
        }
        new Trees(files, config["storage"], findings).Add(document["storage"]["trees"]);
        if (findings.Exists(finding => finding.Kind == ReportKind.Error))
        {
            return null;
        }
        return version.ChecksReservedLabels ? AddFedoraParts(document, config) : config;
    }

    /// <summary>What the variant cannot do, found in the config.</summary>
    public void CheckVariant(ConfigValue config)
    {
        var volumes = config["storage"]["luks"].Items;
        for (var i = 0; version.RefusesClevis && i < volumes.Count; i++)
        {
            var place = ConfigPath.Root.Field("storage").Field("luks").Item(i).Field("clevis");
            new FindingPlace(findings, ConfigOrigins.Find(config, place)).Error(IsEmpty(volumes[i]["clevis"])
                ? null
                : "clevis is not supported in this spec version");
        }
    }

    private static bool IsEmpty(ConfigValue value) => value.Type.Fields.All(field =>
        field.IsOptional ? !value[field.Name].IsSet
        : field.Type.Kind == ConfigKind.Object ? IsEmpty(value[field.Name])
        : value[field.Name].Items.Count == 0);

    private ConfigValue NewConfig() => new(type) { IsSet = true };

    private ConfigValue AddFedoraParts(ConfigValue document, ConfigValue config)
    {
        if (version.HasBootDevice && BootDevice.IsWanted(document["boot_device"]))
        {
            var disks = NewConfig();
            new BootDevice(document["boot_device"], disks, new FieldTranslation(files, findings)).Render();
            config = ConfigMerge.Merge(disks, config);
        }
        CheckReservedLabels(config);
        if (version.HasGrub)
        {
            var grub = NewConfig();
            GrubUsers.Render(document["grub"]["users"], grub);
            config = ConfigMerge.Merge(grub, config);
        }
        return config;
    }

    private void CheckReservedLabels(ConfigValue config)
    {
        // The places are looked up in the finished config, which has the same disks.
        var disks = config["storage"]["disks"].Items;
        for (var i = 0; i < disks.Count; i++)
        {
            var partitions = disks[i]["partitions"].Items;
            for (var j = 0; !disks[i]["wipeTable"].Flag && j < partitions.Count; j++)
            {
                Int128? number = partitions[j]["label"].Text switch
                {
                    "BIOS-BOOT" or "PowerPC-PReP-boot" => 1,
                    "EFI-SYSTEM" => 2,
                    "boot" => 3,
                    "root" => 4,
                    _ => null,
                };
                var place = ConfigPath.Root.Field("storage").Field("disks").Item(i).Field("partitions").Item(j).Field("label");
                new FindingPlace(findings, ConfigOrigins.Find(config, place)).Warning(
                    number is null || partitions[j]["number"].Number == number
                        ? null
                        : "incorrect partition number; a new partition will be created using reserved label");
            }
        }
    }
}
