using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;
using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.Butane;

/// <summary>OpenShift's MachineConfig: an Ignition config with a name, labels and the settings that Ignition does not have.</summary>
/// <param name="machine">The release of OpenShift.</param>
/// <param name="isRaw">Whether only the Ignition config is wanted.</param>
/// <remarks>Held against Butane 0.19.0 and Butane 0.29.0.</remarks>
internal sealed class MachineConfigs(OpenShiftRelease machine, bool isRaw)
{
    private static readonly string[] Settings = ["kernelArguments", "extensions", "fips", "kernelType"];

    /// <summary>Puts a config into a MachineConfig, and adds what the Machine Config Operator cannot do with it.</summary>
    /// <param name="document">The document.</param>
    /// <param name="config">The Ignition config that it became.</param>
    /// <param name="fields">The translation under way.</param>
    /// <param name="findings">Takes what is found.</param>
    /// <returns>The MachineConfig, or the Ignition config if only that is wanted.</returns>
    public ConfigValue Wrap(ConfigValue document, ConfigValue config, FieldTranslation fields, List<ConfigFinding> findings)
    {
        if (machine.WritesGrubUsers)
        {
            WriteGrubUsers(config);
        }
        config.Origin = ConfigPath.Root;
        var result = new ConfigValue(Type(config.Type)) { IsSet = true };
        var place = ConfigPath.Root.Field("version");
        result["apiVersion"].Set("machineconfiguration.openshift.io/v1").Origin = place;
        result["kind"].Set("MachineConfig").Origin = place;
        AddMetadata(document["metadata"], result["metadata"]);
        var spec = result["spec"];
        spec.Origin = place;
        spec.Adopt("config", config);
        result.IsSet = true;
        AddSettings(document["openshift"], spec, fields);
        if (machine.SetsCipher && spec["fips"].Flag)
        {
            SetCipher(config["storage"]["luks"]);
        }
        Check(config, new FindingPlaces(result, findings, isRaw));
        if (isRaw)
        {
            AddIgnored(spec, findings);
        }
        return isRaw ? config : result;
    }

    private static ConfigType Type(ConfigType config) => ConfigType.Object(
        "MachineConfig",
        Text("apiVersion"),
        Text("kind"),
        Of("metadata", ConfigType.Object("Metadata", Text("name"), Of("labels", ConfigType.TextMap))),
        Of("spec", ConfigType.Object(
            "Spec",
            Struct("config", config),
            UniqueTexts("kernelArguments"),
            UniqueTexts("extensions"),
            OptionalFlag("fips"),
            OptionalText("kernelType"))));

    private static void AddMetadata(ConfigValue from, ConfigValue to)
    {
        var place = ConfigPath.Root.Field("metadata");
        to.IsSet = true;
        to.Origin = place;
        to["name"].Set(from["name"].Text).Origin = place.Field("name");
        to["labels"].IsSet = true;
        to["labels"].Origin = place.Field("labels");
        foreach (var (name, text) in from["labels"].Entries)
        {
            to["labels"].Entries[name] = text;
        }
    }

    private static void AddSettings(ConfigValue from, ConfigValue spec, FieldTranslation fields)
    {
        foreach (var (field, value) in from.Present.ToList())
        {
            fields.Copy(value, spec[field.IgnitionName], field.IsOptional, ConfigPath.Root.Field("openshift").Field(field.Name));
        }
    }

    /// <summary>The default cipher is not one that FIPS 140-2 allows; a volume that names its own keeps it.</summary>
    private static void SetCipher(ConfigValue volumes)
    {
        var place = ConfigPath.Root.Field("openshift").Field("fips");
        foreach (var options in volumes.Items.Select(volume => volume["options"]))
        {
            if (options.Items.Exists(option =>
                option.Text is "--cipher" or "-c" || option.Text.StartsWith("--cipher=", StringComparison.Ordinal)))
            {
                continue;
            }
            options.Origin = options.Items.Count == 0 ? place : options.Origin;
            options.AddItem().Set("--cipher").Origin = place;
            options.AddItem().Set("aes-cbc-essiv:sha256").Origin = place;
        }
    }

    private static void WriteGrubUsers(ConfigValue config)
    {
        var file = config["storage"]["files"].Items.Find(file => file["path"].Text == GrubUsers.ConfigPath);
        if (file is not null && file["append"].Items.Count == 1)
        {
            file.Adopt("contents", file["append"].Items[0]);
            file["append"].Truncate(0);
            file["append"].IsSet = false;
        }
    }

    private void Check(ConfigValue config, FindingPlaces at)
    {
        var filesystems = config["storage"]["filesystems"].Items;
        for (var i = 0; i < filesystems.Count; i++)
        {
            at.Error(
                ["storage", "filesystems", i, "format"],
                filesystems[i]["format"].Text == "btrfs" ? "btrfs is not supported in this spec version" : null);
        }
        for (var i = 0; machine.ChecksFormats && i < filesystems.Count; i++)
        {
            at.Error(
                ["storage", "filesystems", i, "format"],
                filesystems[i]["format"].Text == "none" ? "format \"none\" is not supported in this spec version" : null);
        }
        var files = config["storage"]["files"].Items;
        for (var i = 0; i < files.Count; i++)
        {
            at.Error(
                ["storage", "files", i, "contents", "source"],
                IsRemote(files[i]["contents"]["source"]) ? "file contents source must be data URL in this spec version" : null);
            at.Error(
                ["storage", "files", i, "mode"],
                machine.ChecksModes && ((long)files[i]["mode"].Number & ~0x1FFL) != 0
                    ? "special mode bits are not supported in this spec version"
                    : null);
        }
        var users = config["passwd"]["users"].Items;
        for (var i = 0; i < users.Count; i++)
        {
            at.Error(
                ["passwd", "users", i, "name"],
                users[i]["name"].Text == "core" ? null : "users other than \"core\" are not supported in this spec version");
        }
    }

    /// <summary>A URL that does not parse has an error of its own.</summary>
    private static bool IsRemote(ConfigValue source) =>
        source.IsSet
        && !source.Text.StartsWith("data:", StringComparison.Ordinal)
        && GoUrl.Parse(source.Text, out _) is { } url
        && url.Scheme != "data";

    private static void AddIgnored(ConfigValue spec, List<ConfigFinding> findings)
    {
        foreach (var setting in Settings.Select(name => spec[name]))
        {
            if (setting.IsSet)
            {
                new FindingPlace(findings, setting.Origin ?? ConfigPath.Root).Warning("field ignored in raw mode");
            }
        }
    }

    /// <summary>
    /// Places of the Ignition config inside. Where only that is wanted, the reference reports the place in the MachineConfig.
    /// </summary>
    private sealed class FindingPlaces(ConfigValue result, List<ConfigFinding> findings, bool isRaw)
    {
        public void Error(ReadOnlySpan<object> steps, string? message)
        {
            if (message is null)
            {
                return;
            }
            var path = ConfigPath.Root.Field("spec").Field("config");
            foreach (var step in steps)
            {
                path = step is int index ? path.Item(index) : path.Field((string)step);
            }
            new FindingPlace(findings, isRaw ? ConfigNames.ToSnake(path) : ConfigOrigins.Find(result, path)).Error(message);
        }
    }
}
