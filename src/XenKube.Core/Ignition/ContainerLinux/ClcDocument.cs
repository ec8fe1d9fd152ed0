using XenKube.Ignition.ContainerLinux.Decoding;
using XenKube.Ignition.ContainerLinux.Model;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>A document that was read and checked by itself.</summary>
/// <param name="Config">Its content; null if it could not be decoded.</param>
/// <param name="Root">Its top node; null if it is empty.</param>
/// <param name="Report">What was found.</param>
internal sealed record ClcDocument(ClcConfig? Config, YamlNode? Root, Report Report)
{
    /// <summary>Reads a document.</summary>
    public static ClcDocument Parse(ReadOnlySpan<byte> source, ClcRelease release)
    {
        var report = new Report();
        var schema = ClcSchema.For(release);
        var decoder = new ClcDecoder(YamlOptions.GoYaml2);
        var config = new ClcConfig();
        YamlNode? root;
        try
        {
            root = YamlReader.Read(source, YamlOptions.GoYaml2);
            if (root is not null)
            {
                var node = root;
                var alias = decoder.Enter(ref node);
                if (schema.ReadHere(decoder, node, config) == ClcReadResult.Reset)
                {
                    config = new ClcConfig();
                }
                decoder.Leave(alias);
            }
        }
        catch (YamlException e)
        {
            return Fail(report, "yaml: " + e.Message);
        }
        catch (ClcDecodeException e)
        {
            return Fail(report, e.Message);
        }
        if (decoder.Mismatches.Count > 0)
        {
            return Fail(report, "yaml: unmarshal errors:\n  " + string.Join("\n  ", decoder.Mismatches));
        }
        if (root is null)
        {
            report.Add(new ReportEntry(ReportKind.Warning, "Configuration is empty"));
        }
        schema.Validate(config, YamlPlace.Top(root), report);
        return new ClcDocument(config, root, report);
    }

    private static ClcDocument Fail(Report report, string message)
    {
        report.Add(new ReportEntry(ReportKind.Error, message));
        return new ClcDocument(null, null, report);
    }
}
