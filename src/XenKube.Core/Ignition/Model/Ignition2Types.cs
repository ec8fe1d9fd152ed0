using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.Model;

/// <summary>The configs of Ignition 2.1.0 to 2.4.0. Fields stand in the order in which the reference checks them.</summary>
internal static class Ignition2Types
{
    private static readonly ConfigType[] Versions = [.. Enumerable.Range(21, 4).Select(Make)];

    /// <summary>The config of a version.</summary>
    /// <param name="spec">Major times ten plus minor: 21 to 24.</param>
    public static ConfigType Config(int spec) => Versions[spec - 21];

    private static ConfigType Make(int spec)
    {
        // What came later is left out; a null is no field.
        ConfigField? Since(int version, ConfigField field) => spec >= version ? field : null;
        ConfigField OptionalSince(int version, ConfigField field) => field with { IsOptional = spec >= version };

        var verification = ConfigType.Object("Verification", OptionalText("hash"));
        var headers = Since(24, Of("httpHeaders", ConfigType.ListOf(ConfigType.Object("HTTPHeader", Text("name"), Text("value")), "HTTPHeaders")));
        var reference = ConfigType.Object("ConfigReference", headers, Text("source"), Of("verification", verification));
        var authority = ConfigType.Object("CaReference", headers, Text("source"), Of("verification", verification));
        var tls = Of("tls", ConfigType.Object("TLS", List("certificateAuthorities", authority)));
        var ignition = ConfigType.Object(
            "Ignition",
            Of("config", ConfigType.Object("IgnitionConfig", List("append", reference), Optional("replace", reference))),
            Since(24, Of("proxy", ConfigType.Object("Proxy", Text("httpProxy"), Text("httpsProxy"), Texts("noProxy")))),
            Since(22, Of("security", ConfigType.Object("Security", tls))),
            Of("timeouts", ConfigType.Object("Timeouts", OptionalNumber("httpResponseHeaders"), OptionalNumber("httpTotal"))),
            Text("version"));

        var networkdDropin = ConfigType.Object("NetworkdDropin", Text("contents"), Text("name"));
        var networkd = ConfigType.Object("Networkd", List("units", ConfigType.Object(
            "Networkdunit", Text("contents"), Since(22, List("dropins", networkdDropin)), Text("name"))));

        var create = ConfigType.Object(
            "Usercreate",
            Text("gecos"), Texts("groups"), Text("homeDir"), Flag("noCreateHome"), Flag("noLogInit"), Flag("noUserGroup"),
            Text("primaryGroup"), Text("shell"), Flag("system"), OptionalNumber("uid"));
        var user = ConfigType.Object(
            "PasswdUser",
            Optional("create", create), Text("gecos"), Texts("groups"), Text("homeDir"), Text("name"), Flag("noCreateHome"), Flag("noLogInit"),
            Flag("noUserGroup"), OptionalText("passwordHash"), Text("primaryGroup"), Texts("sshAuthorizedKeys"), Text("shell"),
            Flag("system"), OptionalNumber("uid"));
        var group = ConfigType.Object("PasswdGroup", OptionalNumber("gid"), Text("name"), Text("passwordHash"), Flag("system"));

        var dropin = ConfigType.Object("SystemdDropin", Text("contents"), Text("name"));
        var unit = ConfigType.Object(
            "Unit", Text("contents"), List("dropins", dropin), Flag("enable"), OptionalFlag("enabled"), Flag("mask"), Text("name"));

        return ConfigType.Object(
            "Config",
            Of("ignition", ignition),
            Of("networkd", networkd),
            Of("passwd", ConfigType.Object("Passwd", List("groups", group), List("users", user))),
            Of("storage", Storage(headers, verification, Since, OptionalSince)),
            Of("systemd", ConfigType.Object("Systemd", List("units", unit))));
    }

    private static ConfigType Storage(
        ConfigField? headers,
        ConfigType verification,
        Func<int, ConfigField, ConfigField?> since,
        Func<int, ConfigField, ConfigField> optionalSince)
    {
        var nodeGroup = ConfigType.Object("NodeGroup", OptionalNumber("id"), Text("name"));
        var nodeUser = ConfigType.Object("NodeUser", OptionalNumber("id"), Text("name"));
        var contents = ConfigType.Object("FileContents", Text("compression"), headers, Text("source"), Of("verification", verification));
        ConfigType Node(string name, params ReadOnlySpan<ConfigField?> own) => ConfigType.Object(
            name,
            [
                Text("filesystem"), optionalSince(22, Of("group", nodeGroup)), since(22, OptionalFlag("overwrite")), Text("path"),
                optionalSince(22, Of("user", nodeUser)), .. own,
            ]);
        var mode = optionalSince(22, Number("mode"));

        var partition = ConfigType.Object(
            "Partition",
            Text("guid"), optionalSince(23, Text("label")), Number("number"), since(23, OptionalFlag("shouldExist")),
            optionalSince(23, Number("size")), since(23, OptionalNumber("sizeMiB")), optionalSince(23, Number("start")),
            since(23, OptionalNumber("startMiB")), Text("typeGuid"), since(23, Flag("wipePartitionEntry")));
        var mount = ConfigType.Object(
            "Mount",
            Optional("create", ConfigType.Object("Create", Flag("force"), Texts("options"))), Text("device"), Text("format"),
            OptionalText("label"), Texts("options"), OptionalText("uuid"), Flag("wipeFilesystem"));

        return ConfigType.Object(
            "Storage",
            List("directories", Node("Directory", mode)),
            List("disks", ConfigType.Object("Disk", Text("device"), List("partitions", partition), Flag("wipeTable"))),
            List("files", Node("File", since(22, Flag("append")), Of("contents", contents), mode)),
            List("filesystems", ConfigType.Object("Filesystem", Optional("mount", mount), Text("name"), OptionalText("path"))),
            List("links", Node("Link", Flag("hard"), Text("target"))),
            List("raid", ConfigType.Object(
                "Raid", Texts("devices"), Text("level"), Text("name"), since(22, Texts("options")), Number("spares"))));
    }
}
