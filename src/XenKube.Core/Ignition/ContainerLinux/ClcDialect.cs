using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Model;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Writing;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>The Container Linux Config, in the releases 0.5.0 and 0.9.0 of its transpiler.</summary>
/// <remarks>Held against ct 0.5.0 and 0.9.0, built with Go 1.19.</remarks>
internal sealed class ClcDialect : IIgnitionDialect
{
    /// <inheritdoc/>
    public string Name => "clc";

    /// <inheritdoc/>
    public IgnitionTranslation Translate(ReadOnlyMemory<byte> source, TranspileOptions options) =>
        Translate(source, ClcRelease.Find(options.Release), options);

    /// <summary>Translates a document as a release of ct does.</summary>
    public static IgnitionTranslation Translate(ReadOnlyMemory<byte> source, ClcRelease release, TranspileOptions options)
    {
        var report = new Report();
        var config = Read(source.Span, release, report, out var root);
        if (config is null || report.IsFatal || (options.Strict && report.Count > 0))
        {
            return Result(null, release, report, "Failed to parse config");
        }
        var conversion = new Report();
        var output = Convert(config, root, release, options, conversion);
        report.Add(conversion);
        return output is null || conversion.IsFatal || (options.Strict && conversion.Count > 0)
            ? Result(null, release, report)
            : Result(Write(output, options.Pretty), release, report);
    }

    private static IgnitionTranslation Result(byte[]? json, ClcRelease release, Report report, string? failure = null) =>
        new(json, release.Spec.ToString(), release.ToString(), report, failure, json is null ? RemedyOf(release, report) : null);

    private static Remedy? RemedyOf(ClcRelease release, Report report) =>
        report.Any(entry => entry.Message is ClcPlatforms.Unsupported or ClcPlatforms.NoPlatform)
            ? $"Name a platform with {RemedyActionKind.PlatformOption}: {string.Join(", ", release.Platforms)}"
            : LocalFiles.Remedy(report);

    /// <summary>Reads and checks the document by itself; null if it cannot be read.</summary>
    private static ConfigValue? Read(ReadOnlySpan<byte> source, ClcRelease release, Report report, out YamlNode? root)
    {
        root = null;
        try
        {
            root = YamlReader.Read(source, YamlOptions.GoYaml2);
            var config = ClcReader.Read(root, ClcTypes.Config(release), out var mismatches);
            if (mismatches.Count > 0)
            {
                throw new ClcDecodeException("yaml: unmarshal errors:\n  " + string.Join("\n  ", mismatches));
            }
            if (root is null)
            {
                report.Add(new ReportEntry(ReportKind.Warning, "Configuration is empty"));
            }
            new SourceWalk<YamlNode>(new YamlSource(root, report)).Check(config);
            return config;
        }
        catch (Exception e) when (e is YamlException or ClcDecodeException)
        {
            report.Add(new ReportEntry(ReportKind.Error, e is YamlException ? "yaml: " + e.Message : e.Message));
            return null;
        }
    }

    private static ConfigValue? Convert(ConfigValue config, YamlNode? root, ClcRelease release, TranspileOptions options, Report report)
    {
        if (options.Platform.Length > 0 && !release.Platforms.Contains(options.Platform))
        {
            report.Add(new ReportEntry(ReportKind.Error, ClcPlatforms.Unsupported));
            return null;
        }
        var source = new IgnitionNamesSource(root, report);
        var output = ClcTranslation.Translate(config, release, options, source, report);
        if (output is not null)
        {
            new SourceWalk<YamlNode>(source, reportUnknownKeys: false).Check(output);
        }
        return output;
    }

    private static byte[] Write(ConfigValue config, bool pretty)
    {
        using var json = new IgnitionJsonWriter(pretty);
        ConfigJson.Write(json, config);
        return pretty ? [.. json.WrittenSpan, (byte)'\n'] : json.ToArray();
    }
}
