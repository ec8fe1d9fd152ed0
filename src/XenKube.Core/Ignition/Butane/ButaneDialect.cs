using XenKube.Ignition.Languages;
using XenKube.Ignition.Model;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Writing;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.Butane;

/// <summary>Butane configs: YAML with <c>variant</c> and <c>version</c>, for today's Flatcar and Fedora CoreOS guests.</summary>
/// <remarks>Held against Butane 0.19.0, built with Go 1.19, and Butane 0.29.0, built with Go 1.24.</remarks>
internal sealed class ButaneDialect : IIgnitionDialect
{
    private const string BadSource = "source config is invalid";
    private const string BadResult = "config generated was invalid";

    /// <summary>The two keys that choose the version, as the reference reads them before all else.</summary>
    private static readonly ConfigType Head = ConfigType.Object("commonFields", FieldTable.Text("version"), FieldTable.Text("variant"));

    /// <inheritdoc/>
    public string Name => "butane";

    /// <inheritdoc/>
    public IgnitionTranslation Translate(ReadOnlyMemory<byte> source, TranspileOptions options) =>
        Translate(source, ButaneRelease.Find(options.ButaneRelease), options, isRaw: true);

    /// <summary>Translates a document as a release of Butane does.</summary>
    /// <param name="source">The document.</param>
    /// <param name="release">The release.</param>
    /// <param name="options">How to.</param>
    /// <param name="isRaw">
    /// Whether a document for OpenShift becomes an Ignition config; otherwise it becomes a MachineConfig in YAML.
    /// </param>
    public static IgnitionTranslation Translate(
        ReadOnlyMemory<byte> source, ButaneRelease release, TranspileOptions options, bool isRaw)
    {
        var report = new Report();
        YamlNode? root;
        try
        {
            root = YamlReader.Read(source.Span, YamlOptions.GoYaml3);
        }
        catch (YamlException exception)
        {
            return Fail(null, report, $"Error unmarshaling yaml: yaml: {exception.Message}");
        }
        string variant = "", number = "";
        if (root is not null)
        {
            var head = ButaneReader.Read(root, Head, type => type == Head ? "config.commonFields" : type.Name, out var headError);
            if (headError is not null)
            {
                return Fail(null, report, $"Error unmarshaling yaml: yaml: {headError}");
            }
            (variant, number) = (head["variant"].Text, head["version"].Text);
        }
        if (variant.Length == 0 && options.DefaultVariant.Length > 0)
        {
            (variant, number) = (options.DefaultVariant, number.Length > 0 ? number : options.DefaultVersion);
        }
        if (ButaneVersion.Find(variant, number, release, out var reason) is not { } version)
        {
            return Fail(null, report, reason!, ButaneVersion.Known(variant, release));
        }
        var document = ButaneReader.Read(root!, ButaneTypes.Config(version, release), type => GoName(type, version), out var error);
        return error is not null
            ? Fail(version, report, "yaml: " + error)
            : Translate(version, release, document, new YamlSource(root!, report), report, options, isRaw);
    }

    private static IgnitionTranslation Translate(
        ButaneVersion version,
        ButaneRelease release,
        ConfigValue document,
        YamlSource source,
        Report report,
        TranspileOptions options,
        bool isRaw)
    {
        source.ReportUnknownKeys(document, asSentences: !release.IsRecent);
        // A MachineConfig must have a name and a role, so that the section is checked even if the document lacks it.
        document["metadata"].IsSet = true;
        var findings = new List<ConfigFinding>();
        ConfigWalk.Check(document, findings);
        ConfigValue? config = null;
        if (!HasErrors(findings))
        {
            var translation = new ButaneTranslation(version, release, options.FilesDirectory, isRaw, findings);
            config = translation.Translate(document);
            if (config is not null && !HasErrors(findings))
            {
                translation.CheckVariant(config);
            }
        }
        var failure = HasErrors(findings) ? BadSource : null;
        if (failure is null && config is not null)
        {
            var generated = new List<ConfigFinding>();
            DuplicateRules.Check(config, generated);
            ConfigWalk.Check(config, generated);
            findings.AddRange(generated.Select(finding => finding with { Path = ConfigOrigins.Find(config, finding.Path) }));
            failure = HasErrors(generated) ? BadResult : null;
        }
        findings.ForEach(source.Report);
        if (failure is not null)
        {
            return Fail(version, report, failure, LocalFiles.Remedy(report));
        }
        return options.Strict && report.Count > 0
            ? new IgnitionTranslation(
                null, version.Spec.ToString(), version.ToString(), report, "Config produced warnings and --strict was specified")
            : new IgnitionTranslation(
                version.Machine is null || isRaw ? Write(config!, options.Pretty) : MachineConfigYaml.Write(config!),
                version.Spec.ToString(),
                version.ToString(),
                report);
    }

    private static bool HasErrors(List<ConfigFinding> findings) => findings.Exists(finding => finding.Kind == ReportKind.Error);

    private static byte[] Write(ConfigValue config, bool pretty)
    {
        using var json = new IgnitionJsonWriter(pretty);
        ConfigJson.Write(json, config);
        return [.. json.WrittenSpan, (byte)'\n'];
    }

    private static IgnitionTranslation Fail(ButaneVersion? version, Report report, string reason, Remedy? remedy = null) => new(
        null, version?.Spec.ToString() ?? "", version?.ToString() ?? "butane", report, $"Error translating config: {reason}", remedy);

    /// <summary>The name that the reference's messages have for a type.</summary>
    private static string GoName(ConfigType type, ButaneVersion version) => type.Kind switch
    {
        ConfigKind.List when type.Name.StartsWith("[]", StringComparison.Ordinal) => "[]" + GoName(type.Element!, version),
        ConfigKind.Text when type == ConfigType.Text => "string",
        ConfigKind.Number => "int",
        ConfigKind.Flag => "bool",
        ConfigKind.Map => type.Name,
        _ when type.IsOfOuterVariant => $"{version.OuterPackage}.{type.Name}",
        _ => $"{(type.IsOfVariant ? version.VariantPackage : version.BasePackage)}.{type.Name}",
    };
}
