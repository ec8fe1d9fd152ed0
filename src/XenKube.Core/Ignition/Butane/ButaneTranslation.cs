using XenKube.Ignition.Generation3;
using XenKube.Ignition.Model;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.Butane;

/// <summary>Turns a document's tree into an Ignition config's.</summary>
/// <param name="version">The version of the document.</param>
/// <param name="release">The release of Butane to be like.</param>
/// <param name="filesDirectory">Where local files are read; empty for nowhere.</param>
/// <param name="isRaw">Whether only the Ignition config is wanted of a document that becomes a MachineConfig.</param>
/// <param name="findings">Takes what is found.</param>
/// <remarks>Held against Butane 0.19.0 and Butane 0.29.0.</remarks>
internal sealed class ButaneTranslation(
    ButaneVersion version, ButaneRelease release, string filesDirectory, bool isRaw, List<ConfigFinding> findings)
{
    private readonly LocalFiles files =
        new(filesDirectory, LocalFiles.ButaneMissing, _ => "local file path traverses outside the files directory");
    private readonly ConfigType type = Ignition3Types.Config(version.Spec, release.Ignition);

    private readonly bool isWrapped = version.Machine is not null && !isRaw;

    /// <summary>
    /// The config, in OpenShift's MachineConfig if that is wanted; null if there was an error, which is among the findings then.
    /// </summary>
    public ConfigValue? Translate(ConfigValue document)
    {
        var config = NewConfig();
        var fields = new FieldTranslation(files, findings) { PacksContents = version.Machine?.PacksContents ?? true };
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
        new Trees(fields, config["storage"], findings).Add(document["storage"]["trees"]);
        new Quadlets(fields, config["storage"]).Add(document["systemd"]["quadlets"]);
        if (findings.Exists(finding => finding.Kind == ReportKind.Error))
        {
            return null;
        }
        config = version.ChecksReservedLabels ? AddFedoraParts(document, config) : config;
        return version.Machine is { } machine ? new MachineConfigs(machine, isRaw).Wrap(document, config, fields, findings) : config;
    }

    /// <summary>The settings of the config that the variant cannot do.</summary>
    public void CheckVariant(ConfigValue config)
    {
        if (version.Refused.Count > 0 && (version.Machine is null || isWrapped))
        {
            CheckRefused(config, isOptional: false, "", ConfigPath.Root, config);
        }
    }

    private void CheckRefused(ConfigValue value, bool isOptional, string name, ConfigPath path, ConfigValue config)
    {
        if (version.Refused.TryGetValue(name, out var message))
        {
            // The remark that contents are not packed is not refused with the packed ones.
            var isGiven = !IsEmpty(value, isOptional && !name.EndsWith(".compression", StringComparison.Ordinal));
            new FindingPlace(findings, ConfigOrigins.Find(config, path)).Error(isGiven ? message : null);
            return;
        }
        for (var i = 0; i < value.Items.Count; i++)
        {
            CheckRefused(value.Items[i], isOptional: false, name, path.Item(i), config);
        }
        foreach (var (field, child) in value.Present)
        {
            CheckRefused(child, field.IsOptional, name.Length == 0 ? field.Name : $"{name}.{field.Name}", path.Field(field.Name), config);
        }
    }

    private static bool IsEmpty(ConfigValue value, bool isOptional) => value.Type.Kind switch
    {
        _ when isOptional => !value.IsSet,
        ConfigKind.Object => value.Present.All(static (child, field) => IsEmpty(child, field.IsOptional)),
        ConfigKind.List => value.Items.Count == 0,
        _ => value.IsZero(),
    };

    private ConfigValue NewConfig() => new(type) { IsSet = true };

    private ConfigValue AddFedoraParts(ConfigValue document, ConfigValue config)
    {
        if (version.HasBootDevice && BootDevice.IsWanted(document["boot_device"]))
        {
            var disks = NewConfig();
            new BootDevice(document["boot_device"], disks, new FieldTranslation(files, findings)).Render();
            config = ConfigMerge.Merge(disks, config);
        }
        CheckPartitions(config);
        if (version.HasGrub)
        {
            var grub = NewConfig();
            GrubUsers.Render(document["grub"]["users"], grub);
            config = ConfigMerge.Merge(grub, config);
        }
        return config;
    }

    private void CheckPartitions(ConfigValue config)
    {
        // The places are looked up in the finished config, which has the same disks.
        var disks = config["storage"]["disks"].Items;
        for (var i = 0; i < disks.Count; i++)
        {
            var partitions = disks[i]["partitions"].Items;
            for (var j = 0; j < partitions.Count; j++)
            {
                var place = ConfigPath.Root.Field("storage").Field("disks").Item(i).Field("partitions").Item(j);
                if (release.IsRecent && version.HasBootDevice && partitions[j]["label"].Text == "root")
                {
                    CheckRoot(partitions, partitions[j], place, config);
                }
                if (!disks[i]["wipeTable"].Flag)
                {
                    CheckReservedLabel(partitions[j], PlaceOf(config, place.Field("label")));
                }
            }
        }
    }

    /// <summary>A root partition that is too small, or that another one after it keeps from growing.</summary>
    private void CheckRoot(List<ConfigValue> partitions, ConfigValue root, ConfigPath place, ConfigValue config)
    {
        const int smallest = 8192;
        if (root["sizeMiB"].Number != 0)
        {
            new FindingPlace(findings, PlaceOf(config, place.Field("size_mib"))).Warning(
                root["sizeMiB"].Number < smallest ? "root should have 8GiB of space assigned" : null);
        }
        else if (partitions.Exists(other => other != root && other["startMiB"].Number == 0))
        {
            new FindingPlace(findings, PlaceOf(config, place.Field("label"))).Warning(
                "root partition cannot expand; it is set to fill available space but is followed by an auto-positioned partition");
        }
    }

    /// <summary>The reference does not find the place in the document once the config is in a MachineConfig.</summary>
    private ConfigPath PlaceOf(ConfigValue config, ConfigPath path) =>
        isWrapped ? ConfigNames.ToSnake(path) : ConfigOrigins.Find(config, path);

    private void CheckReservedLabel(ConfigValue partition, ConfigPath place)
    {
        Int128? number = partition["label"].Text switch
        {
            "BIOS-BOOT" or "PowerPC-PReP-boot" => 1,
            "EFI-SYSTEM" => 2,
            "boot" => 3,
            "root" => 4,
            _ => null,
        };
        new FindingPlace(findings, place).Warning(
            number is null || partition["number"].Number == number
                ? null
                : "incorrect partition number; a new partition will be created using reserved label");
    }
}
