using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.Model;

/// <summary>
/// The configs of Ignition 2.0.0 and of the format of 2014 before it, whose rules hang on the types of the fields. Fields stand in
/// the order in which the reference checks them.
/// </summary>
internal static class Ignition20Types
{
    private static readonly ConfigType Path = ConfigType.NamedText("Path");
    private static readonly ConfigType Mode = ConfigType.Unsigned32;

    /// <summary>The config of 2.0.0.</summary>
    public static ConfigType Config20 { get; } = Make20();

    /// <summary>The config of 2014, <c>"ignitionVersion": 1</c>.</summary>
    public static ConfigType Config1 { get; } = Make1();

    private static ConfigType Make20()
    {
        var url = ConfigType.NamedText("Url");
        var verification = Of("verification", ConfigType.Object("Verification20", Optional("hash", ConfigType.NamedText("Hash"))));
        var reference = ConfigType.Object("ConfigReference20", Of("source", url), verification);
        var ignition = ConfigType.Object(
            "Ignition",
            Of("version", ConfigType.NamedText("IgnitionVersion")),
            Of("config", ConfigType.Object("IgnitionConfig", List("append", reference), Optional("replace", reference))));
        var mount = ConfigType.Object(
            "Mount20", Of("device", Path), Of("format", ConfigType.NamedText("FilesystemFormat")), Optional("create", Create()));
        var contents = ConfigType.Object(
            "FileContents20", Of("compression", ConfigType.NamedText("Compression")), Of("source", url), verification);
        var file = ConfigType.Object(
            "File20",
            Text("filesystem"), Of("path", Path), Of("contents", contents), Of("mode", Mode),
            Of("user", ConfigType.Object("FileUser", Number("id"))), Of("group", ConfigType.Object("FileGroup", Number("id"))));
        var storage = ConfigType.Object(
            "Storage",
            List("disks", Disk("PartitionTypeGUID")),
            List("raid", Raid()),
            List("filesystems", ConfigType.Object("Filesystem20", Text("name"), Optional("mount", mount), Optional("path", Path))),
            List("files", file));
        return ConfigType.Object(
            "Config", Of("ignition", ignition), Of("storage", storage), Systemd("SystemdUnit", "SystemdUnitDropIn"), Networkd("NetworkdUnit"), Passwd());
    }

    private static ConfigType Make1()
    {
        var file = ConfigType.Object(
            "File1", Of("path", Path), Text("contents"), Of("mode", Mode), Number("uid"), Number("gid"));
        var filesystem = ConfigType.Object(
            "Filesystem1", Of("device", Path), Of("format", ConfigType.NamedText("FilesystemFormat")), Optional("create", Create()), List("files", file));
        var storage = ConfigType.Object(
            "Storage", List("disks", Disk("PartitionTypeGUID1")), List("raid", Raid()), List("filesystems", filesystem));
        // Contents of units were not looked at.
        return ConfigType.Object(
            "Config1", Number("ignitionVersion"), Of("storage", storage), Systemd("SystemdUnit1", "SystemdUnitDropIn1"), Networkd("NetworkdUnit1"), Passwd());
    }

    private static ConfigType Create() => ConfigType.Object("Create", Flag("force"), Texts("options"));

    private static ConfigType Disk(string guid) => ConfigType.Object(
        guid == "PartitionTypeGUID" ? "Disk20" : "Disk1",
        Of("device", Path),
        Flag("wipeTable"),
        List("partitions", ConfigType.Object(
            "Partition20",
            Of("label", ConfigType.NamedText("PartitionLabel")), Number("number"), Of("size", ConfigType.Unsigned), Of("start", ConfigType.Unsigned),
            Of("typeGuid", ConfigType.NamedText(guid)))));

    private static ConfigType Raid() => ConfigType.Object("Raid20", Text("name"), Text("level"), List("devices", Path), Number("spares"));

    private static ConfigField Systemd(string unit, string dropin) => Of("systemd", ConfigType.Object("Systemd", List("units", ConfigType.Object(
        unit,
        Of("name", ConfigType.NamedText("SystemdUnitName")), Flag("enable"), Flag("mask"), Text("contents"),
        List("dropins", ConfigType.Object(dropin, Of("name", ConfigType.NamedText("SystemdUnitDropInName")), Text("contents")))))));

    private static ConfigField Networkd(string unit) => Of("networkd", ConfigType.Object("Networkd", List("units", ConfigType.Object(
        unit, Of("name", ConfigType.NamedText("NetworkdUnitName")), Text("contents")))));

    private static ConfigField Passwd()
    {
        var create = ConfigType.Object(
            "UserCreate",
            Optional("uid", ConfigType.Unsigned), Text("gecos"), Text("homeDir"), Flag("noCreateHome"), Text("primaryGroup"), Texts("groups"),
            Flag("noUserGroup"), Flag("system"), Flag("noLogInit"), Text("shell"));
        var user = ConfigType.Object("User", Text("name"), Text("passwordHash"), Texts("sshAuthorizedKeys"), Optional("create", create));
        var group = ConfigType.Object("Group", Text("name"), Optional("gid", ConfigType.Unsigned), Text("passwordHash"), Flag("system"));
        return Of("passwd", ConfigType.Object("Passwd", List("users", user), List("groups", group)));
    }
}
