using XenKube.Ignition.Generation3;
using XenKube.Ignition.Json;
using XenKube.Ignition.Model;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;
using XenKube.Ignition.Validation;

namespace XenKube.Ignition.Butane;

/// <summary>
/// Ignition's rules for a config that is merged and given in place. Findings have places of that config, which are shown at
/// the nearest place of the same name in the document.
/// </summary>
/// <remarks>Held against Butane 0.29.0.</remarks>
internal sealed class InlineConfigRules(IgnitionSpec spec, Generation3Release release)
{
    /// <summary>The reference to a config.</summary>
    public void Resource(ConfigValue resource, FindingPlace at)
    {
        if (ButaneRules.CheckSources(resource, at) && resource["inline"].IsSet)
        {
            Check(ByteText.ToBytes(resource["inline"].Text), at);
        }
    }

    private void Check(byte[] json, FindingPlace at)
    {
        JsonTree tree;
        try
        {
            tree = JsonTree.Read(json);
        }
        catch (JsonSyntaxException exception)
        {
            Refuse(exception.Message, at);
            return;
        }
        var config = ConfigReader.Read(tree.Root, Ignition3Types.Config(spec, release), out var error);
        if (error is not null)
        {
            Refuse(error.GoMessage, at);
            return;
        }
        var findings = new List<ConfigFinding>();
        if (GoSemver.Parse(config["ignition"]["version"].Text, out _, checkIdentifiers: true) is not { } version)
        {
            findings.Add(new ConfigFinding(
                ReportKind.Error, ConfigPath.Root.Field("ignition").Field("version"), "invalid config version (couldn't parse)"));
        }
        else if (version.ToString() != spec.ToString())
        {
            at.Warning("version", "skipping validation for the merge/replace ignition config due to an unkown version");
            return;
        }
        ConfigWalk.Check(config, findings);
        DuplicateRules.Check(config, findings);
        new FindingSource(tree.Root, findings).ReportUnknownKeys(config, asSentences: false);
        findings.ForEach(at.Add);
    }

    private static void Refuse(string message, FindingPlace at)
    {
        at.Add(new ConfigFinding(ReportKind.Error, ConfigPath.Root, message));
        at.Error("inline", "config is not valid");
    }

    /// <summary>The JSON document, whose own places nobody sees.</summary>
    private sealed class FindingSource(JsonNode root, List<ConfigFinding> findings) : JsonSource(root)
    {
        public override void Report(ConfigFinding finding, JsonNode? node, SourcePart part = SourcePart.Value) => findings.Add(finding);
    }
}
