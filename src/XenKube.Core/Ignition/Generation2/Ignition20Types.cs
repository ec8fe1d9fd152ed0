using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Secrets;
using XenKube.Ignition.Syntax;
using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.Generation2;

/// <summary>
/// The configs of Ignition 2.0.0 and of the format of 2014 before it, whose rules are held by the types of the fields. Fields are
/// in the order in which the reference checks them.
/// </summary>
/// <remarks>Held against Ignition 0.35.0.</remarks>
internal sealed class Ignition20Types
{
    private static readonly ConfigType Path = ConfigType.NamedText("Path").Ruled(Generation2Rules.Absolute);
    private static readonly ConfigType Mode = ConfigType.Unsigned32.Ruled(Generation2Rules.ModeBitsOf);
    private static readonly ConfigType Create = ConfigType.Object("Create", Flag("force"), Texts("options"));

    private readonly Generation2Rules rules;
    private readonly PartitionRules partitions;

    private Ignition20Types(IgnitionSpec spec)
    {
        rules = new Generation2Rules(spec, Generation2Release.Ignition0350);
        partitions = new PartitionRules(spec, Generation2Release.Ignition0350);
    }

    /// <summary>The config of 2.0.0.</summary>
    public static ConfigType Config20 { get; } = new Ignition20Types(IgnitionSpec.V2_0).Make20();

    /// <summary>The config of 2014, <c>"ignitionVersion": 1</c>.</summary>
    public static ConfigType Config1 { get; } = new Ignition20Types(IgnitionSpec.V1).Make1();

    private ConfigType Make20()
    {
        var url = ConfigType.NamedText("Url")
            .Parsed("a URL", text => GoUrl.Parse(text, out var error) is null ? error : null)
            .Ruled(rules.Url);
        var hash = ConfigType.NamedText("Hash")
            .Parsed("a hash such as sha512-...", text => text.Contains('-', StringComparison.Ordinal) ? null : "malformed hash specifier")
            .Ruled(Generation2Rules.Hash);
        var verification = Of("verification", ConfigType.Object("Verification", Optional("hash", hash)));
        var reference = ConfigType.Object("ConfigReference", Of("source", url), verification);
        var ignition = ConfigType.Object(
            "Ignition",
            Of("version", ConfigType.NamedText("IgnitionVersion")),
            Of("config", ConfigType.Object("IgnitionConfig", List("append", reference), Optional("replace", reference))));
        var mount = ConfigType.Object("Mount", Of("device", Path), Format(), Optional("create", Create));
        var contents = ConfigType.Object(
            "FileContents",
            Of("compression", ConfigType.NamedText("Compression").Ruled(Generation2Rules.CompressionMethod)),
            Of("source", url),
            verification);
        var file = ConfigType.Object(
            "File",
            Text("filesystem"), Of("path", Path), Of("contents", contents), Of("mode", Mode),
            Of("user", ConfigType.Object("FileUser", Number("id"))), Of("group", ConfigType.Object("FileGroup", Number("id"))))
            .Ruled(Generation2Rules.NodeFilesystem);
        var filesystem = ConfigType.Object("Filesystem", Text("name"), Optional("mount", mount), Optional("path", Path));
        var storage = ConfigType.Object(
            "Storage",
            List("disks", Disk(ConfigType.NamedText("PartitionTypeGUID").Ruled(PartitionRules.GuidForm))),
            List("raid", Raid()),
            List("filesystems", filesystem.Ruled(Generation2Rules.MountOrPath)),
            List("files", file));
        return ConfigType.Object(
            "Config",
            Of("ignition", ignition),
            Of("storage", storage),
            Systemd(rules.UnitContents, Generation2Units.UnitSyntax),
            Networkd(Generation2Units.UnitSyntax),
            Passwd()).Ruled(Generation2Rules.Config);
    }

    private ConfigType Make1()
    {
        var file = ConfigType.Object("File", Of("path", Path), Text("contents"), Of("mode", Mode), Number("uid"), Number("gid"));
        var filesystem = ConfigType.Object("Filesystem", Of("device", Path), Format(), Optional("create", Create), List("files", file));
        var storage = ConfigType.Object(
            "Storage",
            List("disks", Disk(ConfigType.NamedText("PartitionTypeGUID").Ruled(PartitionRules.GuidFormOf2014))),
            List("raid", Raid()),
            List("filesystems", filesystem));
        // Contents of units were not looked at.
        return ConfigType.Object(
            "Config", Number("ignitionVersion"), Of("storage", storage), Systemd(null, null), Networkd(null), Passwd());
    }

    private static ConfigField Format() => Of("format", ConfigType.NamedText("FilesystemFormat").Ruled(
        static (format, at) => at.Error(format.Text is "ext4" or "btrfs" or "xfs" ? null : "invalid filesystem format")));

    private ConfigType Disk(ConfigType typeGuid) => ConfigType.Object(
        "Disk",
        Of("device", Path),
        Flag("wipeTable"),
        List("partitions", ConfigType.Object(
            "Partition",
            Of("label", ConfigType.NamedText("PartitionLabel").Ruled(PartitionRules.LabelText)), Number("number"),
            Of("size", ConfigType.Unsigned), Of("start", ConfigType.Unsigned), Of("typeGuid", typeGuid)))).Ruled(DiskAndPartitions);

    private void DiskAndPartitions(ConfigValue disk, FindingPlace at)
    {
        at.Error(disk["device"].Text.Length == 0 ? "disk device is required" : null);
        partitions.Disk(disk, at);
    }

    private ConfigType Raid() =>
        ConfigType.Object("Raid", Text("name"), Text("level"), List("devices", Path), Number("spares")).Ruled(rules.Raid);

    private static ConfigField Systemd(ConfigRule? unitRule, ConfigRule? dropinRule)
    {
        var dropin = ConfigType.Object(
            "SystemdUnitDropIn", Of("name", ConfigType.NamedText("SystemdUnitDropInName").Ruled(Generation2Units.DropinExtension)),
            Text("contents"));
        var unit = ConfigType.Object(
            "SystemdUnit",
            Of("name", ConfigType.NamedText("SystemdUnitName").Ruled(Generation2Units.UnitExtension)), Flag("enable"), Flag("mask"),
            Text("contents"), List("dropins", dropin.Ruled(dropinRule)));
        return Of("systemd", ConfigType.Object("Systemd", List("units", unit.Ruled(unitRule))));
    }

    private static ConfigField Networkd(ConfigRule? rule)
    {
        var unit = ConfigType.Object(
            "NetworkdUnit", Of("name", ConfigType.NamedText("NetworkdUnitName").Ruled(Generation2Units.NetworkdExtension)),
            Text("contents"));
        return Of("networkd", ConfigType.Object("Networkd", List("units", unit.Ruled(rule))));
    }

    private static ConfigField Passwd()
    {
        var create = ConfigType.Object(
            "UserCreate",
            Optional("uid", ConfigType.Unsigned), Text("gecos"), Text("homeDir"), Flag("noCreateHome"), Text("primaryGroup"),
            Texts("groups"),
            Flag("noUserGroup"), Flag("system"), Flag("noLogInit"), Text("shell"));
        var hash = Text("passwordHash").Hidden(SecretKind.PasswordHash);
        var user = ConfigType.Object("User", Text("name"), hash, Texts("sshAuthorizedKeys"), Optional("create", create));
        var group = ConfigType.Object("Group", Text("name"), Optional("gid", ConfigType.Unsigned), hash, Flag("system"));
        return Of("passwd", ConfigType.Object("Passwd", List("users", user), List("groups", group)));
    }
}
