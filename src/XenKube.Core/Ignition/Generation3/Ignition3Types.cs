using System.Globalization;
using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Secrets;
using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.Generation3;

/// <summary>
/// The configs of Ignition 3.x with their rules. Fields are in the order in which they are checked and written. A new version is a
/// line in the specs of a release and the fields that it adds.
/// </summary>
/// <remarks>Held against Ignition 2.16.2 and Ignition 2.26.0.</remarks>
internal sealed class Ignition3Types
{
    private static readonly ConfigType KernelArgument = ConfigType.NamedText("KernelArgument");

    private static readonly Dictionary<(IgnitionSpec Spec, Generation3Release Release), ConfigType> Versions =
        Enum.GetValues<Generation3Release>()
            .SelectMany(release => Specs(release).Select(spec => (Spec: spec, Release: release)))
            .ToDictionary(version => version, version => new Ignition3Types(version.Spec, version.Release).Config());

    private readonly IgnitionSpec spec;
    private readonly ResourceRules resources;
    private readonly StorageRules storage;
    private readonly LuksRules luks;

    private Ignition3Types(IgnitionSpec spec, Generation3Release release)
    {
        // The experimental version of 2.16.2 is its newest one in all but name.
        this.spec = release == Generation3Release.Ignition2162 && spec > IgnitionSpec.V3_4 ? IgnitionSpec.V3_4 : spec;
        resources = new ResourceRules(this.spec);
        storage = new StorageRules(this.spec, release);
        luks = new LuksRules(this.spec);
    }

    /// <summary>The versions that a release accepts, oldest first.</summary>
    public static IReadOnlyList<IgnitionSpec> Specs(Generation3Release release)
    {
        IgnitionSpec[] common = [IgnitionSpec.V3_0, IgnitionSpec.V3_1, IgnitionSpec.V3_2, IgnitionSpec.V3_3, IgnitionSpec.V3_4];
        return release == Generation3Release.Ignition2162
            ? [.. common, IgnitionSpec.V3_5 with { IsExperimental = true }]
            : [.. common, IgnitionSpec.V3_5, IgnitionSpec.V3_6, IgnitionSpec.V3_7];
    }

    /// <summary>The config of a version as a release checks it.</summary>
    public static ConfigType Config(IgnitionSpec spec, Generation3Release release) => Versions[(spec, release)];

    private ConfigField? Since(IgnitionSpec first, ConfigField field) => spec >= first ? field : null;

    private ConfigType Config()
    {
        var verification = Of("verification", ConfigType.Object("Verification", OptionalText("hash")).Ruled(resources.Verification));
        var header = ConfigType.Object(
            "HTTPHeader", Text("name", always: true), OptionalText("value").Hidden(SecretKind.Header)).Ruled(ResourceRules.Header);
        var headers = new ConfigField("httpHeaders", ConfigType.ListOf(header, "HTTPHeaders"), DuplicateGroup: "httpHeaders");
        var resource = ConfigType.Object("Resource", OptionalText("compression"), headers, OptionalText("source"), verification)
            .Ruled(resources.Resource)
            .Keyed(BySource);
        var contents = spec >= IgnitionSpec.V3_1
            ? resource
            : ConfigType.Object("FileContents", OptionalText("compression"), OptionalText("source"), verification)
                .Ruled(resources.Resource);
        return ConfigType.Object(
            "Config",
            new ConfigField("ignition", Ignition(resource, verification), IsAlwaysWritten: true),
            Since(IgnitionSpec.V3_3, Of("kernelArguments", ConfigType.Object(
                "KernelArguments", UniqueList("shouldExist", KernelArgument, "KernelArgument"),
                UniqueList("shouldNotExist", KernelArgument, "KernelArgument")))),
            Of("passwd", Passwd()),
            Of("storage", Storage(contents)),
            Of("systemd", Systemd())).Ruled(SystemdRules.PathConflicts);
    }

    private static string BySource(ConfigValue resource) => resource["source"].Text;

    private static string ByDevice(ConfigValue value) => value["device"].Text;

    private static string ByPath(ConfigValue node) => node["path"].Text;

    private static string ByUrl(ConfigValue tang) => tang["url"].Text;

    private static string ByNumberOrLabel(ConfigValue partition) =>
        partition["number"].Number != 0 ? string.Create(CultureInfo.InvariantCulture, $"number:{partition["number"].Number}")
        : partition["label"].IsSet ? $"label:{partition["label"].Text}"
        : "";

    private ConfigType Ignition(ConfigType resource, ConfigField verification)
    {
        var isShared = spec >= IgnitionSpec.V3_1;
        var reference = isShared ? resource : ConfigType.Object(
            "ConfigReference", new ConfigField("source", ConfigType.Text, IsOptional: true, IsAlwaysWritten: true), verification)
            .Ruled(resources.Source)
            .Keyed(BySource);
        var authority = isShared
            ? resource
            : ConfigType.Object("CaReference", Text("source"), verification).Ruled(resources.Authority).Keyed(BySource);
        var proxy = ConfigType.Object(
            "Proxy", OptionalText("httpProxy"), OptionalText("httpsProxy"), UniqueList("noProxy", ConfigType.NamedText("NoProxyItem")));
        return ConfigType.Object(
            "Ignition",
            Of("config", ConfigType.Object("IgnitionConfig", UniqueList("merge", reference), Of("replace", reference))
                .Ruled(isShared ? resources.MergedConfigs : null)),
            Since(IgnitionSpec.V3_1, Of("proxy", proxy.Ruled(ResourceRules.Proxy))),
            Of("security", ConfigType.Object("Security", Of("tls", ConfigType.Object("TLS", UniqueList("certificateAuthorities", authority))
                .Ruled(isShared ? resources.Authorities : null)))),
            Of("timeouts", ConfigType.Object("Timeouts", OptionalNumber("httpResponseHeaders"), OptionalNumber("httpTotal"))),
            Text("version", always: spec >= IgnitionSpec.V3_4));
    }

    private ConfigType Passwd()
    {
        var shouldExist = Since(IgnitionSpec.V3_2, OptionalFlag("shouldExist"));
        var group = ConfigType.Object(
            "PasswdGroup",
            OptionalNumber("gid"), Text("name", always: true), OptionalText("passwordHash").Hidden(SecretKind.PasswordHash),
            shouldExist, OptionalFlag("system"));
        var user = ConfigType.Object(
            "PasswdUser",
            OptionalText("gecos"), UniqueList("groups", ConfigType.NamedText("Group")), OptionalText("homeDir"),
            Text("name", always: true), OptionalFlag("noCreateHome"),
            OptionalFlag("noLogInit"), OptionalFlag("noUserGroup"),
            OptionalText("passwordHash").Hidden(SecretKind.PasswordHash), OptionalText("primaryGroup"),
            UniqueList("sshAuthorizedKeys", ConfigType.NamedText("SSHAuthorizedKey")), OptionalText("shell"), shouldExist,
            OptionalFlag("system"), OptionalNumber("uid"));
        return ConfigType.Object("Passwd", UniqueList("groups", group), UniqueList("users", user));
    }

    private ConfigType Storage(ConfigType contents)
    {
        ConfigType Owner(string name) => ConfigType.Object(name, OptionalNumber("id"), OptionalText("name")).Ruled(StorageRules.Owner);
        var (nodeGroup, nodeUser) = (Of("group", Owner("NodeGroup")), Of("user", Owner("NodeUser")));
        ConfigType Node(string name, ConfigRule rule, params ReadOnlySpan<ConfigField> own)
        {
            var fields = new List<ConfigField>();
            foreach (var field in (ReadOnlySpan<ConfigField>)[nodeGroup, OptionalFlag("overwrite"), Text("path", always: true), nodeUser])
            {
                fields.Add(field with { Part = "Node" });
            }
            foreach (var field in own)
            {
                fields.Add(field with { Part = name + "Embedded1" });
            }
            return ConfigType.Object(name, [.. fields]).Ruled(rule).Keyed(ByPath);
        }
        // A field that had to be given until 3.3.0, when another config may give it.
        ConfigField Given(string name) => spec >= IgnitionSpec.V3_3 ? OptionalText(name) : Text(name, always: true);

        var partition = ConfigType.Object(
            "Partition",
            OptionalText("guid"), OptionalText("label"), Number("number"), Since(IgnitionSpec.V3_2, OptionalFlag("resize")),
            OptionalFlag("shouldExist"), OptionalNumber("sizeMiB"), OptionalNumber("startMiB"), OptionalText("typeGuid"),
            OptionalFlag("wipePartitionEntry")).Ruled(DiskRules.Partition).Keyed(ByNumberOrLabel);
        var disk = ConfigType.Object("Disk", Text("device", always: true), UniqueList("partitions", partition), OptionalFlag("wipeTable"))
            .Ruled(DiskRules.Disk)
            .Keyed(ByDevice);
        var filesystem = ConfigType.Object(
            "Filesystem",
            Text("device", always: true), OptionalText("format"), OptionalText("label"),
            Since(IgnitionSpec.V3_1, List("mountOptions", ConfigType.NamedText("MountOption"))),
            List("options", ConfigType.NamedText("FilesystemOption")), OptionalText("path"), OptionalText("uuid"),
            OptionalFlag("wipeFilesystem"))
            .Ruled(storage.Filesystem)
            .Keyed(ByDevice);
        var raid = ConfigType.Object(
            "Raid",
            UniqueList("devices", ConfigType.NamedText("Device").Ruled(StorageRules.Device)), Given("level"), Text("name", always: true),
            List("options", ConfigType.NamedText("RaidOption")), OptionalNumber("spares")).Ruled(storage.Raid);
        return ConfigType.Object(
            "Storage",
            UniqueList("directories", Node("Directory", storage.Directory, OptionalNumber("mode")), "Node"),
            UniqueList("disks", disk),
            UniqueList(
                "files", Node("File", storage.File, List("append", contents), Of("contents", contents), OptionalNumber("mode")), "Node"),
            UniqueList("filesystems", filesystem),
            UniqueList("links", Node("Link", StorageRules.Node, OptionalFlag("hard"), Given("target")), "Node"),
            Since(IgnitionSpec.V3_2, UniqueList("luks", Luks(contents))),
            UniqueList("raid", raid)).Ruled(storage.Storage);
    }

    private ConfigType Luks(ConfigType contents)
    {
        var custom = spec >= IgnitionSpec.V3_3
            ? Of("custom", ConfigType.Object("ClevisCustom", OptionalText("config"), OptionalFlag("needsNetwork"), OptionalText("pin"))
                .Ruled(luks.Custom))
            : Optional("custom", ConfigType.Object(
                "Custom", Text("config", always: true), OptionalFlag("needsNetwork"), Text("pin", always: true)).Ruled(luks.Custom));
        var tang = ConfigType.Object(
            "Tang", Since(IgnitionSpec.V3_4, OptionalText("advertisement")), OptionalText("thumbprint"), Text("url"))
            .Ruled(LuksRules.Tang)
            .Keyed(ByUrl);
        var clevis = ConfigType.Object("Clevis", custom, UniqueList("tang", tang), OptionalNumber("threshold"), OptionalFlag("tpm2"));
        return ConfigType.Object(
            "Luks",
            Since(IgnitionSpec.V3_5, Of("cex", ConfigType.Object("Cex", OptionalFlag("enabled")))),
            Of("clevis", clevis) with { IsOptional = spec < IgnitionSpec.V3_3 },
            OptionalText("device"),
            Since(IgnitionSpec.V3_4, OptionalFlag("discard")),
            Of("keyFile", contents).Hidden(SecretKind.SharedKey),
            OptionalText("label"),
            Text("name", always: true),
            // The reference lets `options` repeat, and forgot this list.
            Since(IgnitionSpec.V3_4, UniqueList("openOptions", ConfigType.NamedText("OpenOption"))),
            List("options", ConfigType.NamedText("LuksOption")),
            OptionalText("uuid"),
            OptionalFlag("wipeVolume")).Ruled(luks.Luks);
    }

    private static ConfigType Systemd()
    {
        var dropin = ConfigType.Object("Dropin", OptionalText("contents"), Text("name", always: true)).Ruled(SystemdRules.Dropin);
        var unit = ConfigType.Object(
            "Unit", OptionalText("contents"), UniqueList("dropins", dropin), OptionalFlag("enabled"), OptionalFlag("mask"),
            Text("name", always: true));
        return ConfigType.Object("Systemd", UniqueList("units", unit.Ruled(SystemdRules.Unit))).Ruled(SystemdRules.Templates);
    }
}
