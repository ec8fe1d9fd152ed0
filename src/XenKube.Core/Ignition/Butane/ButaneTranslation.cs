using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Validation.Generation3;

namespace XenKube.Ignition.Butane;

/// <summary>Turns a document's tree into an Ignition config's.</summary>
internal sealed class ButaneTranslation(ButaneVersion version, string filesDirectory, List<ConfigFinding> findings)
{
    private readonly LocalFiles files = new(filesDirectory);
    private readonly ConfigType type = Ignition3Types.Config(version.Spec);

    /// <summary>The config; null if there was an error, which is among the findings then.</summary>
    public ConfigValue? Translate(ConfigValue document)
    {
        var config = NewConfig();
        foreach (var name in (ReadOnlySpan<string>)["ignition", "kernel_arguments", "passwd", "storage", "systemd"])
        {
            FieldTranslation.Copy(document[name], config[ButaneNames.ToCamel(name)], isOptional: false, ConfigPath.Root.Field(name), Complete);
        }
        config["ignition"].IsSet = true;
        config["ignition"].Origin = ConfigPath.Root.Field("ignition");
        config["ignition"]["version"].Set(version.IgnitionVersion).Origin = ConfigPath.Root.Field("version");

        if (document["storage"]["filesystems"].Items.Count > 0 && version.Spec >= 31)
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
            findings.AddError(ConfigOrigins.Find(config, place), IsEmpty(volumes[i]["clevis"]) ? null : "clevis is not supported in this spec version");
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
            new BootDevice(document["boot_device"], disks).Render();
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
                findings.AddWarning(
                    ConfigOrigins.Find(config, place),
                    number is null || partitions[j]["number"].Number == number
                        ? null
                        : "incorrect partition number; a new partition will be created using reserved label");
            }
        }
    }

    /// <summary>What an object of the document has beyond the config's: contents given in place or in local files.</summary>
    private void Complete(ConfigValue from, ConfigValue to, ConfigPath path)
    {
        switch (from.Type.Name)
        {
            case "FileContents" when from["inline"].IsSet:
                to["source"].Set(DataUrl.Encode(ByteText.ToBytes(from["inline"].Text))).Origin = path.Field("inline");
                break;
            case "Resource":
                CompleteResource(from, to, path);
                break;
            case "PasswdUser":
                AddLocalKeys(from, to, path);
                break;
            case "Unit" or "Dropin" when from["contents_local"].HasText:
                var place = path.Field("contents_local");
                if (Read(from["contents_local"].Text, place) is { } contents)
                {
                    to["contents"].Set(ByteText.FromBytes(contents)).Origin = place;
                }
                break;
        }
    }

    private void CompleteResource(ConfigValue from, ConfigValue to, ConfigPath path)
    {
        var contents = from["local"].IsSet ? Read(from["local"].Text, path.Field("local"))
            : from["inline"].IsSet ? ByteText.ToBytes(from["inline"].Text)
            : null;
        if (contents is not null)
        {
            ResourceUrl.Set(to, contents, path.Field(from["local"].IsSet ? "local" : "inline"));
        }
    }

    private void AddLocalKeys(ConfigValue from, ConfigValue to, ConfigPath path)
    {
        var local = from["ssh_authorized_keys_local"].Items;
        if (local.Count == 0)
        {
            return;
        }
        var place = path.Field("ssh_authorized_keys_local");
        var keys = to["sshAuthorizedKeys"];
        keys.Origin = place;
        if (!files.Exists)
        {
            findings.AddError(place, LocalFiles.NoDirectory);
            return;
        }
        for (var i = 0; i < local.Count; i++)
        {
            if (Read(local[i].Text, place.Item(i)) is not { } contents)
            {
                continue;
            }
            foreach (var line in ByteText.FromBytes(contents).Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n'))
            {
                if (line.Length > 0)
                {
                    keys.AddItem().Set(line).Origin = place.Item(i);
                }
            }
        }
    }

    private byte[]? Read(string name, ConfigPath place)
    {
        var contents = files.Read(name, out var error);
        findings.AddError(place, error);
        return contents;
    }
}
