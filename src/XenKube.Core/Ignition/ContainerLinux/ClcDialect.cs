using XenKube.Ignition.ContainerLinux.Decoding;
using XenKube.Ignition.ContainerLinux.Model;
using XenKube.Ignition.ContainerLinux.Translation;
using XenKube.Ignition.Generation2;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>The Container Linux Config, in the releases 0.5.0 and 0.9.0 of its transpiler.</summary>
internal sealed class ClcDialect : IIgnitionDialect
{
    public string Name => "clc";

    public IgnitionTranslation Translate(ReadOnlyMemory<byte> source, TranspileOptions options)
    {
        var release = ClcRelease.Find(options.Release);
        var document = ClcDocument.Parse(source.Span, release);
        var first = document.Report;
        if (first.IsFatal || options.Strict && first.Count > 0)
        {
            return Fail(release, first, "Failed to parse config");
        }
        var report = new Report();
        report.Add(first);
        var second = Convert(document.Config!, document.Root, release, options, out var output);
        report.Add(second);
        return output is null || options.Strict && second.Count > 0
            ? Fail(release, report, null)
            : new IgnitionTranslation(
                new Ign2JsonWriter(release.IsNew, options.Pretty).Write(output), release.IgnitionVersion, Describe(release), report);
    }

    private static string Describe(ClcRelease release) => "clc " + release.Version;

    private static IgnitionTranslation Fail(ClcRelease release, Report report, string? closing) =>
        new(null, release.IgnitionVersion, Describe(release), report, closing);

    private static Report Convert(ClcConfig config, YamlNode? root, ClcRelease release, TranspileOptions options, out Ign2Config? output)
    {
        output = null;
        if (options.Platform.Length > 0 && !release.Platforms.Contains(options.Platform))
        {
            var report = new Report();
            report.Add(new ReportEntry(ReportKind.Error, "unsupported platform"));
            return report;
        }
        var tree = new SourceTree(root);
        (var translated, var found) = new ClcTranslator(config, release, options, tree).Translate();
        if (translated is not null)
        {
            found.Add(new Ign2Rules(translated, release.IsNew, tree).Check());
            output = found.IsFatal ? null : translated;
        }
        return found;
    }
}
