using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.ContainerLinux.Sections;
using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>
/// What a Container Linux Config may hold, by release, with ct's own rules and what each object becomes beyond the fields that it has
/// in common with Ignition. Fields are in the order in which they are checked.
/// </summary>
internal sealed class ClcTypes
{
    private static readonly Dictionary<ClcRelease, ConfigType> Releases =
        ClcRelease.All.ToDictionary(release => release, release => new ClcTypes(release).Config());

    private readonly ClcRelease release;
    private readonly ClcCompletions completions;

    private ClcTypes(ClcRelease release)
    {
        this.release = release;
        completions = new ClcCompletions(release);
    }

    /// <summary>The document as a release knows it.</summary>
    public static ConfigType Config(ClcRelease release) => Releases[release];

    private ConfigField? Since(IgnitionSpec first, ConfigField field) => release.Spec >= first ? field : null;

    private ConfigType Config() => ConfigType.Object(
        "Config",
        Of("ignition", Ignition()),
        Of("storage", Storage()),
        Of("systemd", ConfigType.Object("Systemd", List("units", ConfigType.Object(
            "SystemdUnit",
            Text("name"), Flag("enable"), OptionalFlag("enabled"), Flag("mask"), Text("contents"),
            List("dropins", Dropin("SystemdUnitDropIn")))))),
        Of("networkd", ConfigType.Object("Networkd", List("units", ConfigType.Object(
            "NetworkdUnit",
            Text("name"), Text("contents"), Since(IgnitionSpec.V2_2, List("dropins", Dropin("NetworkdUnitDropIn"))))))),
        Of("passwd", Passwd()),
        Optional("etcd", ClcEtcd.Section(release)),
        Optional("flannel", ClcFlannel.Section(release)),
        Optional("update", ConfigType.Object(
            "Update",
            Of("group", ConfigType.NamedText("UpdateGroup")),
            Of("server", ConfigType.NamedText("UpdateServer")).Ruled(ClcUpdateConf.Server)).Ruled(ClcUpdateConf.Group)),
        Optional("docker", ConfigType.Object("Docker", Texts("flags"))),
        Optional("locksmith", ClcUpdateConf.Locksmith(release)));

    private static ConfigType Dropin(string name) => ConfigType.Object(name, Text("name"), Text("contents"));

    private static ConfigField Verification() => Of("verification", ConfigType.Object(
        "Verification", Of("hash", ConfigType.Object("Hash", Text("function"), Text("sum")))).Completed(ClcCompletions.Verification));

    private ConfigType Ignition()
    {
        var reference = ConfigType.Object("ConfigReference", Text("source"), Verification()).Completed(ClcCompletions.Reference);
        var authority = ConfigType.Object("CaReference", Text("source"), Verification());
        return ConfigType.Object(
            "Ignition",
            Of("config", ConfigType.Object("IgnitionConfig", List("append", reference), Optional("replace", reference))),
            Of("timeouts", ConfigType.Object("Timeouts", OptionalNumber("http_response_headers"), OptionalNumber("http_total"))),
            Since(IgnitionSpec.V2_2, Of("security", ConfigType.Object(
                "Security", Of("tls", ConfigType.Object("TLS", List("certificate_authorities", authority)))))));
    }

    private ConfigType Storage()
    {
        var partition = ConfigType.Object(
            "Partition", Text("label"), Number("number"), Text("size"), Text("start"), Text("guid"), Text("type_guid"))
            .Completed(ClcCompletions.Partition);
        var raid = ConfigType.Object(
            "Raid", Text("name"), Text("level"), Texts("devices"), Number("spares"), Since(IgnitionSpec.V2_2, Texts("options")));
        var mount = ConfigType.Object(
            "Mount",
            Text("device"), Text("format"), Optional("create", ConfigType.Object("Create", Flag("force"), Texts("options"))),
            Flag("wipe_filesystem"), OptionalText("label"), OptionalText("uuid"), Texts("options"));
        var overwrite = Since(IgnitionSpec.V2_2, OptionalFlag("overwrite"));
        var file = Node(
            "File", Mode("file", "0644"), Of("contents", FileContents()), overwrite, Since(IgnitionSpec.V2_2, Flag("append")));
        var directory = Node("Directory", Mode("directory", "0755"), overwrite);
        return ConfigType.Object(
            "Storage",
            List("disks", ConfigType.Object("Disk", Text("device"), Flag("wipe_table"), List("partitions", partition))),
            List("raid", raid),
            List("filesystems", ConfigType.Object("Filesystem", Text("name"), Optional("mount", mount), OptionalText("path"))),
            List("files", file.Completed(completions.File)),
            List("directories", directory.Completed(completions.Directory)),
            List("links", Node("Link", Flag("hard"), Text("target"), overwrite)));
    }

    private ConfigType Node(string name, params ReadOnlySpan<ConfigField?> own)
    {
        ConfigField Owner(string field, string type) =>
            Of(field, ConfigType.Object(type, OptionalNumber("id"), Text("name"))) with { IsOptional = release.Spec >= IgnitionSpec.V2_2 };
        return ConfigType.Object(name, [Text("filesystem"), Text("path"), Owner("user", "FileUser"), Owner("group", "FileGroup"), .. own]);
    }

    private ConfigField Mode(string kind, string usual) => release.HasDefaultModes
        ? OptionalNumber("mode").Ruled(
            (node, at) => at.Warning(node["mode"].IsSet ? null : $"mode unspecified for {kind}, defaulting to {usual}"))
        : Number("mode");

    private ConfigType FileContents()
    {
        var remote = ConfigType.Object("Remote", Text("url"), Text("compression"), Verification());
        return release.HasLocalFiles
            ? ConfigType.Object("FileContents", Of("remote", remote), Text("inline"), Text("local")).Ruled(OneSource)
            : ConfigType.Object("FileContents", Of("remote", remote), Text("inline"));
    }

    private static void OneSource(ConfigValue contents, FindingPlace at)
    {
        ReadOnlySpan<ConfigValue> sources = [contents["local"], contents["inline"], contents["remote"]["url"]];
        var given = 0;
        foreach (var source in sources)
        {
            given += source.HasText ? 1 : 0;
        }
        at.Error(given > 1 ? "only one of the following can be set: local, inline, remote.url" : null);
    }

    private static ConfigType Passwd()
    {
        ReadOnlySpan<ConfigField?> account =
        [
            Text("gecos"), Text("home_dir"), Flag("no_create_home"), Text("primary_group"), Texts("groups"), Flag("no_user_group"),
            Flag("system"), Flag("no_log_init"), Text("shell"),
        ];
        var create = ConfigType.Object("UserCreate", [Optional("uid", ConfigType.Unsigned), .. account]);
        var user = ConfigType.Object(
            "User",
            [
                Text("name"), OptionalText("password_hash"), Texts("ssh_authorized_keys"), Optional("create", create),
                OptionalNumber("uid"),
                .. account,
            ]);
        var group = ConfigType.Object("Group", Text("name"), Optional("gid", ConfigType.Unsigned), Text("password_hash"), Flag("system"));
        return ConfigType.Object("Passwd", List("users", user), List("groups", group));
    }
}
