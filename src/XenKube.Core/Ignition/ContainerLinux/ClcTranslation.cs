using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.ContainerLinux.Sections;
using XenKube.Ignition.Generation2;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Model;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>
/// Turns a checked document into an Ignition config. All errors of the translation are reported, in the order: URLs of
/// ignition.config, sizes of partitions, etcd, files, flannel.
/// </summary>
internal sealed class ClcTranslation
{
    private const int UpdateConfMode = 0x1A4;

    private static readonly Dictionary<ClcRelease, ConfigType> Types =
        ClcRelease.All.ToDictionary(release => release, release => Ignition2Types.Make(release.Spec, release.Rules));

    private readonly ConfigValue config;
    private readonly ClcRelease release;
    private readonly string platform;
    private readonly IgnitionNamesSource source;
    private readonly Report report;
    private readonly List<ConfigFinding> findings = [];
    private readonly FieldTranslation fields;
    private readonly ConfigValue output;

    private ClcTranslation(ConfigValue config, ClcRelease release, TranspileOptions options, IgnitionNamesSource source, Report report)
    {
        this.config = config;
        this.release = release;
        this.source = source;
        this.report = report;
        platform = options.Platform;
        output = new ConfigValue(Types[release]) { IsSet = true };
        var files = new LocalFiles(
            options.FilesDirectory,
            LocalFiles.ClcMissing,
            path => $"open {path}: the path leaves the files directory {options.FilesDirectory}");
        fields = new FieldTranslation(files, findings);
    }

    /// <summary>The config; null with errors in the report.</summary>
    /// <param name="config">The document.</param>
    /// <param name="release">The release of ct to be like.</param>
    /// <param name="options">The platform and the files directory.</param>
    /// <param name="source">The document's nodes, for places.</param>
    /// <param name="report">Takes the errors.</param>
    public static ConfigValue? Translate(
        ConfigValue config, ClcRelease release, TranspileOptions options, IgnitionNamesSource source, Report report)
    {
        var translation = new ClcTranslation(config, release, options, source, report);
        translation.Translate();
        return report.IsFatal ? null : translation.output;
    }

    private void Translate()
    {
        output["ignition"]["version"].Set(release.Spec.ToString());
        AddMetadataUnits();
        Copy("ignition");
        Copy("storage", "disks");
        if (config["docker"].IsSet)
        {
            var flags = config["docker"]["flags"].Items.Select(flag => flag.Text);
            AddService("docker.service", "20-clct-docker.conf", $"[Service]\nEnvironment=\"DOCKER_OPTS={string.Join(' ', flags)}\"");
        }
        if (config["etcd"].IsSet)
        {
            var text = ClcServiceUnit.WriteEtcd(config["etcd"], platform, release, out var error);
            AddService("etcd-member.service", "20-clct-etcd-member.conf", text, error);
        }
        TranslateFiles();
        Copy("storage", "filesystems");
        if (config["flannel"].IsSet)
        {
            var text = ClcServiceUnit.WriteFlannel(config["flannel"], platform, release, out var error);
            AddService("flanneld.service", "20-clct-flannel.conf", text, error);
        }
        Copy("networkd");
        Copy("systemd", "units");
        Copy("passwd");
        Copy("storage", "raid");
        AddUpdateConf();
    }

    /// <summary>
    /// Copies a section or a part of one, and reports what goes wrong. An error has a position only if the very value is in the
    /// document.
    /// </summary>
    private void Copy(string section, string? part = null)
    {
        var path = ConfigPath.Root.Field(section);
        if (part is null)
        {
            fields.Copy(config[section], output[section], isOptional: false, path);
        }
        else
        {
            fields.Copy(config[section][part], output[section][part], isOptional: false, path.Field(part));
        }
        foreach (var finding in findings)
        {
            source.Report(finding, source.Find(finding.Path));
        }
        findings.Clear();
    }

    private void AddMetadataUnits()
    {
        if (platform is not ("openstack-metadata" or "cloudstack-configdrive"))
        {
            return;
        }
        const string dropin = "20-clct-provider-override.conf";
        var text = $"[Service]\nEnvironment=COREOS_METADATA_OPT_PROVIDER=--provider={platform}";
        AddUnit("coreos-metadata.service", dropin, text);
        var keys = AddUnit("coreos-metadata-sshkeys@.service", dropin, text);
        if (release.EnablesMetadataKeys)
        {
            keys["enabled"].Set(true);
        }
    }

    private ConfigValue AddUnit(string name, string dropin, string text)
    {
        var unit = output["systemd"]["units"].AddItem();
        unit["name"].Set(name);
        var item = unit["dropins"].AddItem();
        item["name"].Set(dropin);
        item["contents"].Set(text);
        return unit;
    }

    private void AddService(string name, string dropin, string? text, string? error = null)
    {
        if (text is null)
        {
            report.Add(new ReportEntry(ReportKind.Error, error!));
            return;
        }
        AddUnit(name, dropin, text)["enable"].Set(true);
    }

    private void TranslateFiles()
    {
        Copy("storage", "files");
        var list = ConfigPath.Root.Field("storage").Field("files");
        var files = config["storage"]["files"].Items;
        for (var i = 0; i < files.Count; i++)
        {
            var url = files[i]["contents"]["remote"]["url"];
            if (url.HasText && GoUrl.Parse(url.Text, out _) is not null)
            {
                source.UseRemoteContents(list.Item(i));
            }
        }
        Copy("storage", "directories");
        Copy("storage", "links");
    }

    private void AddUpdateConf()
    {
        var text = ClcUpdateConf.Write(config, release);
        if (text.Length == 0)
        {
            return;
        }
        var file = output["storage"]["files"].AddItem();
        file["filesystem"].Set("root");
        file["path"].Set("/etc/coreos/update.conf");
        file["mode"].Set((Int128)UpdateConfMode);
        file["contents"]["source"].Set(DataUrl.Encode(ByteText.ToBytes(text)));
    }
}
