using XenKube.Ignition.Model;
using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.Butane;

/// <summary>What a Butane document may hold, by version. Fields stand in the order in which they are checked.</summary>
internal static class ButaneTypes
{
    private static readonly Dictionary<ButaneVersion, ConfigType> Versions = ButaneVersion.All.ToDictionary(version => version, Make);

    /// <summary>The document of a version.</summary>
    public static ConfigType Config(ButaneVersion version) => Versions[version];

    private static ConfigType Make(ButaneVersion version)
    {
        var spec = version.Spec;
        var resource = Resource(spec);
        var ignition = ConfigType.Object(
            "Ignition",
            Of("config", ConfigType.Object("IgnitionConfig", List("merge", Reference(spec, resource)), Of("replace", Reference(spec, resource)))),
            Since(31, spec, Of("proxy", ConfigType.Object("Proxy", OptionalText("http_proxy"), OptionalText("https_proxy"), Texts("no_proxy")))),
            Of("security", ConfigType.Object("Security", Of("tls", ConfigType.Object("TLS", List("certificate_authorities", Authority(spec, resource)))))),
            Of("timeouts", ConfigType.Object("Timeouts", OptionalNumber("http_response_headers"), OptionalNumber("http_total"))));
        var argument = ConfigType.NamedText("KernelArgument");
        var tang = Tang(spec);
        return ConfigType.Object(
            "Config",
            Text("version"),
            Text("variant"),
            Of("ignition", ignition),
            Since(33, spec, Of("kernel_arguments", ConfigType.Object("KernelArguments", List("should_exist", argument), List("should_not_exist", argument)))),
            Of("passwd", Passwd(spec)),
            Of("storage", Storage(spec, resource, tang)),
            Of("systemd", Systemd(spec)),
            version.HasBootDevice ? Of("boot_device", BootDevice(spec, tang)) : null,
            version.HasGrub
                ? Of("grub", ConfigType.Object("Grub", List("users", ConfigType.Object("GrubUser", Text("name"), OptionalText("password_hash")))))
                : null);
    }

    private static ConfigField? Since(int first, int spec, ConfigField field) => spec >= first ? field : null;

    private static ConfigField Verification() => Of("verification", ConfigType.Object("Verification", OptionalText("hash")));

    private static ConfigType Resource(int spec) => spec == 30
        ? ConfigType.Object("FileContents", OptionalText("compression"), OptionalText("source"), OptionalText("inline"), Verification())
        : ConfigType.Object(
            "Resource",
            OptionalText("compression"),
            Of("http_headers", ConfigType.ListOf(ConfigType.Object("HTTPHeader", Text("name"), OptionalText("value")), "HTTPHeaders")),
            OptionalText("source"),
            OptionalText("inline"),
            OptionalText("local"),
            Verification());

    private static ConfigType Reference(int spec, ConfigType resource) =>
        spec >= 31 ? resource : ConfigType.Object("ConfigReference", OptionalText("source"), Verification());

    private static ConfigType Authority(int spec, ConfigType resource) =>
        spec >= 31 ? resource : ConfigType.Object("CaReference", Text("source"), Verification());

    private static ConfigType Passwd(int spec)
    {
        var group = ConfigType.Object(
            "PasswdGroup",
            OptionalNumber("gid"), Text("name"), OptionalText("password_hash"), Since(32, spec, OptionalFlag("should_exist")), OptionalFlag("system"));
        var user = ConfigType.Object(
            "PasswdUser",
            OptionalText("gecos"), List("groups", ConfigType.NamedText("Group")), OptionalText("home_dir"), Text("name"),
            OptionalFlag("no_create_home"), OptionalFlag("no_log_init"), OptionalFlag("no_user_group"), OptionalText("password_hash"),
            OptionalText("primary_group"), Since(32, spec, OptionalFlag("should_exist")),
            List("ssh_authorized_keys", ConfigType.NamedText("SSHAuthorizedKey")), Since(34, spec, Texts("ssh_authorized_keys_local")),
            OptionalText("shell"), OptionalFlag("system"), OptionalNumber("uid"));
        return ConfigType.Object("Passwd", List("groups", group), List("users", user));
    }

    private static ConfigType Storage(int spec, ConfigType resource, ConfigType tang)
    {
        var group = Of("group", ConfigType.Object("NodeGroup", OptionalNumber("id"), OptionalText("name")));
        var user = Of("user", ConfigType.Object("NodeUser", OptionalNumber("id"), OptionalText("name")));
        ConfigType Node(string name, params ReadOnlySpan<ConfigField?> own) =>
            ConfigType.Object(name, [group, OptionalFlag("overwrite"), Text("path"), user, .. own]);

        var partition = ConfigType.Object(
            "Partition",
            OptionalText("guid"), OptionalText("label"), Number("number"), Since(32, spec, OptionalFlag("resize")), OptionalFlag("should_exist"),
            OptionalNumber("size_mib"), OptionalNumber("start_mib"), OptionalText("type_guid"), OptionalFlag("wipe_partition_entry"));
        var filesystem = ConfigType.Object(
            "Filesystem",
            Text("device"), OptionalText("format"), OptionalText("label"), Since(31, spec, Texts("mount_options")),
            spec == 30 ? List("options", ConfigType.NamedText("FilesystemOption")) : Texts("options"),
            OptionalText("path"), OptionalText("uuid"), OptionalFlag("wipe_filesystem"), Since(31, spec, OptionalFlag("with_mount_unit")));
        var raid = ConfigType.Object(
            "Raid",
            List("devices", ConfigType.NamedText("Device")), spec >= 33 ? OptionalText("level") : Text("level"), Text("name"),
            List("options", OptionText("RaidOption", spec)), OptionalNumber("spares"));
        return ConfigType.Object(
            "Storage",
            List("directories", Node("Directory", OptionalNumber("mode"))),
            List("disks", ConfigType.Object("Disk", Text("device"), List("partitions", partition), OptionalFlag("wipe_table"))),
            List("files", Node("File", List("append", resource), Of("contents", resource), OptionalNumber("mode"))),
            List("filesystems", filesystem),
            List("links", Node("Link", OptionalFlag("hard"), spec >= 33 ? OptionalText("target") : Text("target"))),
            Since(32, spec, List("luks", Luks(spec, resource, tang))),
            List("raid", raid),
            Since(31, spec, List("trees", ConfigType.Object("Tree", Text("local"), OptionalText("path")))));
    }

    private static ConfigType OptionText(string name, int spec) => spec >= 34 ? ConfigType.Text : ConfigType.NamedText(name);

    private static ConfigType Tang(int spec) =>
        ConfigType.Object("Tang", OptionalText("thumbprint"), Text("url"), Since(34, spec, OptionalText("advertisement")));

    private static ConfigType Luks(int spec, ConfigType resource, ConfigType tang)
    {
        var custom = spec >= 33
            ? Of("custom", ConfigType.Object("ClevisCustom", OptionalText("config"), OptionalFlag("needs_network"), OptionalText("pin")))
            : Optional("custom", ConfigType.Object("Custom", Text("config"), OptionalFlag("needs_network"), Text("pin")));
        var clevis = ConfigType.Object("Clevis", custom, List("tang", tang), OptionalNumber("threshold"), OptionalFlag("tpm2"));
        return ConfigType.Object(
            "Luks",
            spec >= 33 ? Of("clevis", clevis) : Optional("clevis", clevis), OptionalText("device"), Since(34, spec, OptionalFlag("discard")),
            Of("key_file", resource), OptionalText("label"), Text("name"), Since(34, spec, Texts("open_options")),
            List("options", OptionText("LuksOption", spec)), OptionalText("uuid"), OptionalFlag("wipe_volume"));
    }

    private static ConfigType Systemd(int spec)
    {
        var dropin = ConfigType.Object("Dropin", OptionalText("contents"), Since(34, spec, OptionalText("contents_local")), Text("name"));
        return ConfigType.Object("Systemd", List("units", ConfigType.Object(
            "Unit",
            OptionalText("contents"), Since(34, spec, OptionalText("contents_local")), List("dropins", dropin), OptionalFlag("enabled"),
            OptionalFlag("mask"), Text("name"))));
    }

    private static ConfigType BootDevice(int spec, ConfigType tang) => ConfigType.Object(
        "BootDevice",
        OptionalText("layout"),
        Of("luks", ConfigType.Object(
            "BootDeviceLuks", Since(34, spec, OptionalFlag("discard")), List("tang", tang), OptionalNumber("threshold"), OptionalFlag("tpm2"))),
        Of("mirror", ConfigType.Object("BootDeviceMirror", Texts("devices"))));
}
