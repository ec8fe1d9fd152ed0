using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Secrets;
using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.Generation2;

/// <summary>
/// The configs of Ignition 2.1.0 to 2.4.0 with their rules. Fields are in the order in which they are checked and written.
/// </summary>
/// <remarks>Held against Ignition 0.35.0.</remarks>
internal sealed class Ignition2Types
{
    private static readonly Dictionary<IgnitionSpec, ConfigType> Versions =
        new[] { IgnitionSpec.V2_1, IgnitionSpec.V2_2, IgnitionSpec.V2_3, IgnitionSpec.V2_4 }
            .ToDictionary(spec => spec, spec => Make(spec, Generation2Release.Ignition0350));

    private readonly IgnitionSpec spec;
    private readonly Generation2Rules rules;
    private readonly PartitionRules partitions;

    private Ignition2Types(IgnitionSpec spec, Generation2Release release)
    {
        this.spec = spec;
        rules = new Generation2Rules(spec, release);
        partitions = new PartitionRules(spec, release);
    }

    /// <summary>The config of a version as Ignition 0.35.0 checks it.</summary>
    public static ConfigType Config(IgnitionSpec spec) => Versions[spec];

    /// <summary>The config of a version as a release checks it.</summary>
    public static ConfigType Make(IgnitionSpec spec, Generation2Release release) => new Ignition2Types(spec, release).Config();

    // What came later is left out; a null is not a field.
    private ConfigField? Since(IgnitionSpec first, ConfigField field) => spec >= first ? field : null;

    private ConfigField OptionalSince(IgnitionSpec first, ConfigField field) => field with { IsOptional = spec >= first };

    private ConfigType Config()
    {
        var verification = Struct(
            "verification", ConfigType.Object("Verification", OptionalText("hash")).Ruled(Generation2Rules.Verification));
        var header = ConfigType.Object("HTTPHeader", Text("name"), Text("value").Hidden(SecretKind.Header));
        var headers = Since(
            IgnitionSpec.V2_4,
            Of("httpHeaders", ConfigType.ListOf(header, "HTTPHeaders").Ruled(Generation2Rules.Headers))
                .Ruled(Generation2Rules.HeadersOfSource));
        var reference = ConfigType.Object("ConfigReference", headers, Text("source").Ruled(rules.Source), verification);
        var authority = ConfigType.Object("CaReference", headers, Text("source").Ruled(rules.Source), verification);
        // Release 2.3.0 looks for the keys of `tls` one level up, which is obeyed and reported as unknown.
        var tls = Struct("tls", ConfigType.Object("TLS", List("certificateAuthorities", authority))) with
        {
            IsFlattened = spec == IgnitionSpec.V2_3,
        };
        var ignition = ConfigType.Object(
            "Ignition",
            Struct("config", ConfigType.Object("IgnitionConfig", List("append", reference), Optional("replace", reference))),
            Since(IgnitionSpec.V2_4, Struct("proxy", ConfigType.Object("Proxy", Text("httpProxy"), Text("httpsProxy"), Texts("noProxy")))),
            Since(IgnitionSpec.V2_2, Struct("security", ConfigType.Object("Security", tls))),
            Struct("timeouts", ConfigType.Object("Timeouts", OptionalNumber("httpResponseHeaders"), OptionalNumber("httpTotal"))),
            Text("version"));
        return ConfigType.Object(
            "Config",
            Struct("ignition", ignition),
            Struct("networkd", Networkd()),
            Struct("passwd", Passwd()),
            Struct("storage", Storage(headers, verification)),
            Struct("systemd", Systemd())).Ruled(Generation2Rules.Config);
    }

    private ConfigType Networkd()
    {
        var dropin = ConfigType.Object("NetworkdDropin", Text("contents"), Text("name")).Ruled(Generation2Units.NetworkdDropin);
        var unit = ConfigType.Object("Networkdunit", Text("contents"), Since(IgnitionSpec.V2_2, List("dropins", dropin)), Text("name"));
        return ConfigType.Object("Networkd", List("units", unit.Ruled(Generation2Units.NetworkdUnit)));
    }

    private static ConfigType Passwd()
    {
        var create = ConfigType.Object(
            "Usercreate",
            Text("gecos"), Texts("groups"), Text("homeDir"), Flag("noCreateHome"), Flag("noLogInit"), Flag("noUserGroup"),
            Text("primaryGroup"), Text("shell"), Flag("system"), OptionalNumber("uid"));
        var user = ConfigType.Object(
            "PasswdUser",
            Optional("create", create), Text("gecos"), Texts("groups"), Text("homeDir"), Text("name"), Flag("noCreateHome"),
            Flag("noLogInit"),
            Flag("noUserGroup"), OptionalText("passwordHash").Hidden(SecretKind.PasswordHash),
            Text("primaryGroup"), Texts("sshAuthorizedKeys"), Text("shell"),
            Flag("system"), OptionalNumber("uid")).Ruled(Generation2Rules.User);
        var group = ConfigType.Object(
            "PasswdGroup", OptionalNumber("gid"), Text("name"), Text("passwordHash").Hidden(SecretKind.PasswordHash), Flag("system"));
        return ConfigType.Object("Passwd", List("groups", group), List("users", user));
    }

    private ConfigType Systemd()
    {
        var dropin = ConfigType.Object("SystemdDropin", Text("contents"), Text("name")).Ruled(rules.SystemdDropin);
        return ConfigType.Object("Systemd", List("units", ConfigType.Object(
            "Unit",
            Text("contents").Ruled(rules.UnitContents), List("dropins", dropin), Flag("enable"), OptionalFlag("enabled"), Flag("mask"),
            Text("name").Ruled(Generation2Units.UnitName))));
    }

    private ConfigType Storage(ConfigField? headers, ConfigField verification)
    {
        ConfigField Owner(string field, string name)
        {
            var type = ConfigType.Object(name, OptionalNumber("id"), Text("name")).Ruled(Generation2Rules.Owner);
            return spec >= IgnitionSpec.V2_2 ? Optional(field, type) : Struct(field, type);
        }
        ConfigType Node(string name, params ReadOnlySpan<ConfigField?> own) => ConfigType.Object(
            name,
            [
                Text("filesystem").Ruled(Generation2Rules.NodeFilesystem), Owner("group", "NodeGroup"),
                Since(IgnitionSpec.V2_2, OptionalFlag("overwrite")), Text("path").Ruled(Generation2Rules.NodePath),
                Owner("user", "NodeUser"), .. own,
            ]);
        var mode = OptionalSince(IgnitionSpec.V2_2, Number("mode")).Ruled(rules.Mode);
        var contents = ConfigType.Object(
            "FileContents",
            Text("compression").Ruled(Generation2Rules.Compression), headers, Text("source").Ruled(rules.FileSource), verification);
        var file = Node("File", Since(IgnitionSpec.V2_2, Flag("append")), Struct("contents", contents), mode);
        var mount = ConfigType.Object(
            "Mount",
            Optional("create", ConfigType.Object("Create", Flag("force"), Texts("options"))),
            Text("device").Ruled(Generation2Rules.MountDevice),
            Text("format"), OptionalText("label").Ruled(Generation2Rules.MountLabel), Texts("options"), OptionalText("uuid"),
            Flag("wipeFilesystem")).Ruled(Generation2Rules.Mount);
        var filesystem = ConfigType.Object(
            "Filesystem", Optional("mount", mount), Text("name"), OptionalText("path").Ruled(rules.FilesystemPath));
        var raid = ConfigType.Object(
            "Raid",
            Texts("devices").Ruled(rules.RaidDevices), Text("level").Ruled(rules.Raid), Text("name"),
            Since(IgnitionSpec.V2_2, Texts("options")), Number("spares"));
        return ConfigType.Object(
            "Storage",
            List("directories", Node("Directory", mode)),
            List("disks", Disk()),
            List("files", file.Ruled(Generation2Rules.File)),
            List("filesystems", filesystem.Ruled(Generation2Rules.Filesystem)),
            List("links", Node("Link", Flag("hard"), Text("target").Ruled(rules.LinkTarget)).Ruled(rules.Link)),
            List("raid", raid));
    }

    private ConfigType Disk()
    {
        ConfigField Sized(string name, ConfigRule rule) => OptionalSince(IgnitionSpec.V2_3, Number(name)).Ruled(rule);
        var partition = ConfigType.Object(
            "Partition",
            Text("guid").Ruled(PartitionRules.PartitionGuid), OptionalSince(IgnitionSpec.V2_3, Text("label")).Ruled(partitions.Label),
            Number("number"),
            Since(IgnitionSpec.V2_3, OptionalFlag("shouldExist")), Sized("size", partitions.Size),
            Since(IgnitionSpec.V2_3, OptionalNumber("sizeMiB")), Sized("start", partitions.Start),
            Since(IgnitionSpec.V2_3, OptionalNumber("startMiB")), Text("typeGuid").Ruled(PartitionRules.TypeGuid),
            Since(IgnitionSpec.V2_3, Flag("wipePartitionEntry"))).Ruled(partitions.Partition);
        return ConfigType.Object(
            "Disk",
            Text("device").Ruled(Generation2Rules.DiskDevice), List("partitions", partition).Ruled(partitions.Disk), Flag("wipeTable"));
    }
}
