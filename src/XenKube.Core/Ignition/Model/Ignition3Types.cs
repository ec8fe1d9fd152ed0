using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.Model;

/// <summary>The configs of Ignition 3.0.0 to 3.4.0. Fields stand in the order in which they are checked and written.</summary>
internal static class Ignition3Types
{
    private static readonly ConfigType[] Versions = [.. Enumerable.Range(30, 5).Select(Make)];

    /// <summary>The config of a version.</summary>
    /// <param name="spec">Major times ten plus minor: 30 to 34.</param>
    public static ConfigType Config(int spec) => Versions[spec - 30];

    private static ConfigType Make(int spec)
    {
        var verification = Of("verification", ConfigType.Object("Verification", OptionalText("hash")));
        var resource = ConfigType.Object(
            "Resource",
            OptionalText("compression"),
            UniqueList("httpHeaders", ConfigType.Object("HTTPHeader", Text("name", always: true), OptionalText("value"))),
            OptionalText("source"),
            verification);
        var contents = spec >= 31 ? resource : ConfigType.Object("FileContents", OptionalText("compression"), OptionalText("source"), verification);
        return ConfigType.Object(
            "Config",
            new ConfigField("ignition", Ignition(spec, resource, verification), IsAlwaysWritten: true),
            spec < 33 ? null : Of("kernelArguments", ConfigType.Object(
                "KernelArguments", UniqueTexts("shouldExist", "KernelArgument"), UniqueTexts("shouldNotExist", "KernelArgument"))),
            Of("passwd", Passwd(spec)),
            Of("storage", Storage(spec, contents)),
            Of("systemd", Systemd()));
    }

    private static ConfigType Ignition(int spec, ConfigType resource, ConfigField verification)
    {
        var reference = spec >= 31 ? resource : ConfigType.Object("ConfigReference", new ConfigField("source", ConfigType.Text, IsOptional: true, IsAlwaysWritten: true), verification);
        var authority = spec >= 31 ? resource : ConfigType.Object("CaReference", Text("source"), verification);
        return ConfigType.Object(
            "Ignition",
            Of("config", ConfigType.Object("IgnitionConfig", UniqueList("merge", reference), Of("replace", reference))),
            spec < 31 ? null : Of("proxy", ConfigType.Object(
                "Proxy", OptionalText("httpProxy"), OptionalText("httpsProxy"), UniqueTexts("noProxy"))),
            Of("security", ConfigType.Object(
                "Security", Of("tls", ConfigType.Object("TLS", UniqueList("certificateAuthorities", authority))))),
            Of("timeouts", ConfigType.Object("Timeouts", OptionalNumber("httpResponseHeaders"), OptionalNumber("httpTotal"))),
            Text("version", always: spec >= 34));
    }

    private static ConfigType Passwd(int spec)
    {
        var shouldExist = spec >= 32 ? OptionalFlag("shouldExist") : null;
        var group = ConfigType.Object(
            "PasswdGroup",
            OptionalNumber("gid"), Text("name", always: true), OptionalText("passwordHash"), shouldExist, OptionalFlag("system"));
        var user = ConfigType.Object(
            "PasswdUser",
            OptionalText("gecos"), UniqueTexts("groups"), OptionalText("homeDir"), Text("name", always: true), OptionalFlag("noCreateHome"),
            OptionalFlag("noLogInit"), OptionalFlag("noUserGroup"), OptionalText("passwordHash"), OptionalText("primaryGroup"),
            UniqueTexts("sshAuthorizedKeys"), OptionalText("shell"), shouldExist, OptionalFlag("system"), OptionalNumber("uid"));
        return ConfigType.Object("Passwd", UniqueList("groups", group), UniqueList("users", user));
    }

    private static ConfigType Storage(int spec, ConfigType contents)
    {
        var nodeGroup = Of("group", ConfigType.Object("NodeGroup", OptionalNumber("id"), OptionalText("name")));
        var nodeUser = Of("user", ConfigType.Object("NodeUser", OptionalNumber("id"), OptionalText("name")));
        ConfigType Node(string name, params ReadOnlySpan<ConfigField?> own) =>
            ConfigType.Object(name, [nodeGroup, OptionalFlag("overwrite"), Text("path", always: true), nodeUser, .. own]);

        var partition = ConfigType.Object(
            "Partition",
            OptionalText("guid"), OptionalText("label"), Number("number"), spec >= 32 ? OptionalFlag("resize") : null, OptionalFlag("shouldExist"),
            OptionalNumber("sizeMiB"), OptionalNumber("startMiB"), OptionalText("typeGuid"), OptionalFlag("wipePartitionEntry"));
        var filesystem = ConfigType.Object(
            "Filesystem",
            Text("device", always: true), OptionalText("format"), OptionalText("label"), spec >= 31 ? Texts("mountOptions") : null,
            Texts("options"), OptionalText("path"), OptionalText("uuid"), OptionalFlag("wipeFilesystem"));
        var raid = ConfigType.Object(
            "Raid",
            UniqueList("devices", ConfigType.NamedText("Device")), spec >= 33 ? OptionalText("level") : Text("level", always: true),
            Text("name", always: true), Texts("options"), OptionalNumber("spares"));
        return ConfigType.Object(
            "Storage",
            UniqueList("directories", Node("Directory", OptionalNumber("mode")), "Node"),
            UniqueList("disks", ConfigType.Object(
                "Disk", Text("device", always: true), UniqueList("partitions", partition), OptionalFlag("wipeTable"))),
            UniqueList("files", Node("File", List("append", contents), Of("contents", contents), OptionalNumber("mode")), "Node"),
            UniqueList("filesystems", filesystem),
            UniqueList("links", Node("Link", OptionalFlag("hard"), spec >= 33 ? OptionalText("target") : Text("target", always: true)), "Node"),
            spec >= 32 ? UniqueList("luks", Luks(spec, contents)) : null,
            UniqueList("raid", raid));
    }

    private static ConfigType Luks(int spec, ConfigType contents)
    {
        var custom = spec >= 33
            ? Of("custom", ConfigType.Object("ClevisCustom", OptionalText("config"), OptionalFlag("needsNetwork"), OptionalText("pin")))
            : Optional("custom", ConfigType.Object("Custom", Text("config", always: true), OptionalFlag("needsNetwork"), Text("pin", always: true)));
        var tang = ConfigType.Object(
            "Tang", spec >= 34 ? OptionalText("advertisement") : null, OptionalText("thumbprint"), Text("url"));
        var clevis = ConfigType.Object("Clevis", custom, UniqueList("tang", tang), OptionalNumber("threshold"), OptionalFlag("tpm2"));
        return ConfigType.Object(
            "Luks",
            spec >= 33 ? Of("clevis", clevis) : Optional("clevis", clevis),
            OptionalText("device"),
            spec >= 34 ? OptionalFlag("discard") : null,
            Of("keyFile", contents),
            OptionalText("label"),
            Text("name", always: true),
            // The reference lets `options` repeat, and forgot this list.
            spec >= 34 ? UniqueTexts("openOptions") : null,
            Texts("options"),
            OptionalText("uuid"),
            OptionalFlag("wipeVolume"));
    }

    private static ConfigType Systemd()
    {
        var dropin = ConfigType.Object("Dropin", OptionalText("contents"), Text("name", always: true));
        return ConfigType.Object("Systemd", UniqueList("units", ConfigType.Object(
            "Unit", OptionalText("contents"), UniqueList("dropins", dropin), OptionalFlag("enabled"), OptionalFlag("mask"), Text("name", always: true))));
    }
}
