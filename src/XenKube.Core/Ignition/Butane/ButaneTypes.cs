using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.Butane;

/// <summary>
/// What a Butane document may hold, by version, with Butane's own rules and what each object becomes beyond the fields that it has
/// in common with Ignition. Fields are in the order in which they are checked.
/// </summary>
/// <remarks>Held against Butane 0.19.0 and Butane 0.29.0.</remarks>
internal sealed class ButaneTypes
{
    private static readonly Dictionary<(ButaneVersion Version, ButaneRelease Release), ConfigType> Versions =
        ButaneRelease.All
            .SelectMany(release => ButaneVersion.All.Where(version => version.IsOf(release)).Select(version => (version, release)))
            .ToDictionary(key => key, key => new ButaneTypes(key.version, key.release).Config());

    private readonly ButaneVersion version;
    private readonly IgnitionSpec spec;
    private readonly ConfigType resource;
    private readonly ConfigType tang;
    private readonly ButaneRelease release;
    private readonly BootDeviceRules bootDevice;

    private ButaneTypes(ButaneVersion version, ButaneRelease release)
    {
        this.version = version;
        this.release = release;
        spec = version.Fields;
        bootDevice = new BootDeviceRules(version, release);
        resource = Resource();
        tang = ConfigType.Object("Tang", OptionalText("thumbprint"), Text("url"), Since(IgnitionSpec.V3_4, OptionalText("advertisement")));
    }

    /// <summary>The document of a version as a release reads it.</summary>
    public static ConfigType Config(ButaneVersion version, ButaneRelease release) => Versions[(version, release)];

    private ConfigField? Since(IgnitionSpec first, ConfigField field) => spec >= first ? field : null;

    private ConfigType Config()
    {
        var reference = spec >= IgnitionSpec.V3_1
            ? Reference()
            : ConfigType.Object("ConfigReference", OptionalText("source"), Verification());
        var authority = spec >= IgnitionSpec.V3_1 ? resource : ConfigType.Object("CaReference", Text("source"), Verification());
        var ignition = ConfigType.Object(
            "Ignition",
            Of("config", ConfigType.Object("IgnitionConfig", List("merge", reference), Of("replace", reference))),
            Since(IgnitionSpec.V3_1, Of("proxy", ConfigType.Object(
                "Proxy", OptionalText("http_proxy"), OptionalText("https_proxy"), Texts("no_proxy")))),
            Of("security", ConfigType.Object("Security", Of("tls", ConfigType.Object("TLS", List("certificate_authorities", authority))))),
            Of("timeouts", ConfigType.Object("Timeouts", OptionalNumber("http_response_headers"), OptionalNumber("http_total"))));
        var argument = ConfigType.NamedText("KernelArgument");
        return ConfigType.Object(
            "Config",
            Text("version"),
            Text("variant"),
            Of("ignition", ignition),
            Since(IgnitionSpec.V3_3, Of("kernel_arguments", ConfigType.Object(
                "KernelArguments", List("should_exist", argument), List("should_not_exist", argument)))),
            Of("passwd", Passwd()),
            Of("storage", Storage()),
            Of("systemd", Systemd()),
            version.HasBootDevice ? Of("boot_device", BootDevice()) : null,
            version.HasGrub ? Of("grub", Grub()) : null,
            version.Machine is null ? null : Of("metadata", Metadata()),
            version.Machine is null ? null : Of("openshift", OpenShift()))
            .Ruled(ConfigRule())
            .OfVariant(isOuter: version.Machine is not null);
    }

    /// <summary>
    /// The rule about the whole document. OpenShift's own one takes the place of the one of the variant that it builds on.
    /// </summary>
    private ConfigRule? ConfigRule() =>
        version.Machine is not { } machine ? bootDevice.Config : machine.ChecksCryptoCards ? OpenShiftRules.CryptoCards : null;

    private static ConfigType Metadata() => ConfigType.Object("Metadata", Text("name"), Of("labels", ConfigType.TextMap))
        .Ruled(OpenShiftRules.Metadata)
        .OfVariant(isOuter: true);

    private static ConfigType OpenShift() => ConfigType.Object(
        "OpenShift", Texts("kernel_arguments"), Texts("extensions"), OptionalFlag("fips"), OptionalText("kernel_type"))
        .Ruled(OpenShiftRules.OpenShift)
        .OfVariant(isOuter: true);

    /// <summary>A config to be merged or to replace this one; one that is given in place is checked.</summary>
    private ConfigType Reference() =>
        release.IsRecent ? resource.Ruled(new InlineConfigRules(spec, release.Ignition).Resource) : resource;

    private static ConfigField Cex() => Of("cex", ConfigType.Object("Cex", OptionalFlag("enabled")));

    private static ConfigField Verification() => Of("verification", ConfigType.Object("Verification", OptionalText("hash")));

    private ConfigType Resource() => spec == IgnitionSpec.V3_0
        ? ConfigType.Object("FileContents", OptionalText("compression"), OptionalText("source"), OptionalText("inline"), Verification())
            .Ruled(ButaneRules.Contents)
            .Completed(ButaneCompletions.Contents)
        : ConfigType.Object(
            "Resource",
            OptionalText("compression"),
            Of("http_headers", ConfigType.ListOf(ConfigType.Object("HTTPHeader", Text("name"), OptionalText("value")), "HTTPHeaders")),
            OptionalText("source"),
            OptionalText("inline"),
            OptionalText("local"),
            Verification())
            .Ruled(ButaneRules.Resource)
            .Completed(ButaneCompletions.Resource);

    private ConfigType Passwd()
    {
        var shouldExist = Since(IgnitionSpec.V3_2, OptionalFlag("should_exist"));
        var group = ConfigType.Object(
            "PasswdGroup", OptionalNumber("gid"), Text("name"), OptionalText("password_hash"), shouldExist, OptionalFlag("system"));
        var user = ConfigType.Object(
            "PasswdUser",
            OptionalText("gecos"), List("groups", ConfigType.NamedText("Group")), OptionalText("home_dir"), Text("name"),
            OptionalFlag("no_create_home"), OptionalFlag("no_log_init"), OptionalFlag("no_user_group"), OptionalText("password_hash"),
            OptionalText("primary_group"), shouldExist,
            List("ssh_authorized_keys", ConfigType.NamedText("SSHAuthorizedKey")),
            Since(IgnitionSpec.V3_4, Texts("ssh_authorized_keys_local")),
            OptionalText("shell"), OptionalFlag("system"), OptionalNumber("uid")).Completed(ButaneCompletions.User);
        return ConfigType.Object("Passwd", List("groups", group), List("users", user));
    }

    private ConfigType Storage()
    {
        var group = Of("group", ConfigType.Object("NodeGroup", OptionalNumber("id"), OptionalText("name")));
        var user = Of("user", ConfigType.Object("NodeUser", OptionalNumber("id"), OptionalText("name")));
        ConfigType Node(string name, params ReadOnlySpan<ConfigField?> own) =>
            ConfigType.Object(name, [group, OptionalFlag("overwrite"), Text("path"), user, .. own]);
        // A field that had to be given until Ignition 3.3.0, when another config may give it.
        ConfigField Given(string name) => spec >= IgnitionSpec.V3_3 ? OptionalText(name) : Text(name);

        var partition = ConfigType.Object(
            "Partition",
            OptionalText("guid"), OptionalText("label"), Number("number"), Since(IgnitionSpec.V3_2, OptionalFlag("resize")),
            OptionalFlag("should_exist"), OptionalNumber("size_mib"), OptionalNumber("start_mib"), OptionalText("type_guid"),
            OptionalFlag("wipe_partition_entry"));
        var filesystem = ConfigType.Object(
            "Filesystem",
            Text("device"), OptionalText("format"), OptionalText("label"), Since(IgnitionSpec.V3_1, Texts("mount_options")),
            spec == IgnitionSpec.V3_0 ? List("options", ConfigType.NamedText("FilesystemOption")) : Texts("options"),
            OptionalText("path"), OptionalText("uuid"), OptionalFlag("wipe_filesystem"),
            Since(IgnitionSpec.V3_1, OptionalFlag("with_mount_unit"))).Ruled(new ButaneRules(version).Filesystem);
        var raid = ConfigType.Object(
            "Raid",
            List("devices", ConfigType.NamedText("Device")), Given("level"), Text("name"), List("options", OptionText("RaidOption")),
            OptionalNumber("spares"));
        var tree = spec >= IgnitionSpec.V3_6
            ? ConfigType.Object(
                "Tree", group, Text("local"), OptionalText("path"), user, OptionalNumber("file_mode"), OptionalNumber("dir_mode"))
            : ConfigType.Object("Tree", Text("local"), OptionalText("path"));
        return ConfigType.Object(
            "Storage",
            List("directories", Node("Directory", OptionalNumber("mode")).Ruled(ButaneRules.Directory)),
            List("disks", ConfigType.Object("Disk", Text("device"), List("partitions", partition), OptionalFlag("wipe_table"))),
            List("files", Node("File", List("append", resource), Of("contents", resource), OptionalNumber("mode")).Ruled(ButaneRules.File)),
            List("filesystems", filesystem),
            List("links", Node("Link", OptionalFlag("hard"), Given("target"))),
            Since(IgnitionSpec.V3_2, List("luks", Luks())),
            List("raid", raid),
            Since(IgnitionSpec.V3_1, List("trees", tree.Ruled(ButaneRules.Tree))));
    }

    private ConfigType OptionText(string name) => spec >= IgnitionSpec.V3_4 ? ConfigType.Text : ConfigType.NamedText(name);

    private ConfigType Luks()
    {
        var custom = spec >= IgnitionSpec.V3_3
            ? Of("custom", ConfigType.Object("ClevisCustom", OptionalText("config"), OptionalFlag("needs_network"), OptionalText("pin")))
            : Optional("custom", ConfigType.Object("Custom", Text("config"), OptionalFlag("needs_network"), Text("pin")));
        var clevis = ConfigType.Object("Clevis", custom, List("tang", tang), OptionalNumber("threshold"), OptionalFlag("tpm2"));
        return ConfigType.Object(
            "Luks",
            Since(IgnitionSpec.V3_5, Cex()),
            Of("clevis", clevis) with { IsOptional = spec < IgnitionSpec.V3_3 }, OptionalText("device"),
            Since(IgnitionSpec.V3_4, OptionalFlag("discard")), Of("key_file", resource), OptionalText("label"), Text("name"),
            Since(IgnitionSpec.V3_4, Texts("open_options")), List("options", OptionText("LuksOption")), OptionalText("uuid"),
            OptionalFlag("wipe_volume"));
    }

    private ConfigType Systemd()
    {
        var local = Since(IgnitionSpec.V3_4, OptionalText("contents_local"));
        var dropin = ConfigType.Object("Dropin", OptionalText("contents"), local, Text("name"));
        var unit = ConfigType.Object(
            "Unit",
            OptionalText("contents"), local, List("dropins", WithLocalContents(dropin)), OptionalFlag("enabled"), OptionalFlag("mask"),
            Text("name"));
        var quadlet = ConfigType.Object(
            "Quadlet", OptionalText("contents"), local, Text("name"), Flag("rootful"), List("dropins", WithLocalContents(dropin)));
        return ConfigType.Object(
            "Systemd",
            List("units", WithLocalContents(unit)),
            Since(IgnitionSpec.V3_7, List("quadlets", quadlet.Ruled(Quadlets.Check))));
    }

    private static ConfigType WithLocalContents(ConfigType unit) =>
        unit.Ruled(ButaneRules.LocalContents).Completed(ButaneCompletions.LocalContents);

    private ConfigType BootDevice()
    {
        var luks = ConfigType.Object(
            "BootDeviceLuks",
            Since(IgnitionSpec.V3_5, Cex()), Since(IgnitionSpec.V3_4, OptionalFlag("discard")),
            Since(IgnitionSpec.V3_5, OptionalText("device")), List("tang", tang), OptionalNumber("threshold"), OptionalFlag("tpm2"))
            .Ruled(bootDevice.Luks);
        var mirror = ConfigType.Object("BootDeviceMirror", Texts("devices")).Ruled(BootDeviceRules.Mirror);
        return ConfigType.Object("BootDevice", OptionalText("layout"), Of("luks", luks.OfVariant()), Of("mirror", mirror.OfVariant()))
            .Ruled(bootDevice.BootDevice)
            .OfVariant();
    }

    private static ConfigType Grub()
    {
        var user = ConfigType.Object("GrubUser", Text("name"), OptionalText("password_hash")).Ruled(ButaneRules.GrubUser).OfVariant();
        return ConfigType.Object("Grub", List("users", user)).OfVariant();
    }
}
