using System.Text;
using XenKube.Ignition.Json;
using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Generation3;

/// <summary>The rules about encrypted volumes.</summary>
/// <remarks>Held against Ignition 2.16.2 and Ignition 2.26.0.</remarks>
internal sealed class LuksRules(IgnitionSpec spec)
{
    private const int LongestLabel = 47;

    /// <summary>One volume.</summary>
    public void Luks(ConfigValue luks, FindingPlace at)
    {
        at.Error(
            "name",
            luks["name"].Text.Contains('/', StringComparison.Ordinal) ? "device names cannot contain slashes" : null);
        at.Error(
            "label",
            Encoding.UTF8.GetByteCount(luks["label"].Text) > LongestLabel
                ? "luks device labels cannot be longer than 47 characters"
                : null);
        at.Error("device", luks["device"].HasText ? NodePath.Validate(luks["device"].Text) : "disk device is required");

        var clevis = luks["clevis"];
        var hasCustom = spec >= IgnitionSpec.V3_3 ? clevis["custom"]["pin"].HasText : clevis["custom"].IsSet;
        var hasOthers = clevis["tang"].Items.Count > 0 || clevis["tpm2"].Flag || clevis["threshold"].Number != 0;
        at.Error("clevis", hasCustom && hasOthers ? "cannot use custom clevis config with tpm2, tang, or threshold" : null);

        var source = luks["keyFile"]["source"];
        at.Error(
            "keys",
            source.HasText && SourceUrl.Validate(source.Text, spec) is not null ? "invalid key-file source" : null);
        if (luks["cex"]["enabled"].Flag)
        {
            at.Error("cex", hasCustom || hasOthers ? "cannot use cex with clevis" : null);
            at.Error("cex", source.HasText ? "cannot use key file with cex" : null);
        }
    }

    /// <summary>A clevis config written out.</summary>
    public void Custom(ConfigValue custom, FindingPlace at)
    {
        var pin = custom["pin"].Text;
        var config = custom["config"].Text;
        if (pin.Length == 0 && config.Length == 0 && (spec < IgnitionSpec.V3_3 || !custom["needsNetwork"].Flag))
        {
            return;
        }
        at.Error(
            "pin",
            pin is "tpm2" or "tang" or "sss" || (pin.Length > 0 && spec >= IgnitionSpec.V3_6) ? null
            : pin.Length == 0 && spec >= IgnitionSpec.V3_3 ? "missing required custom clevis pin"
            : "unsupported clevis pin");
        at.Error("config", config.Length == 0 ? "missing required custom clevis config" : null);
    }

    /// <summary>A tang server.</summary>
    public static void Tang(ConfigValue tang, FindingPlace at)
    {
        var url = GoUrl.Parse(tang["url"].Text, out _);
        at.Error(
            "url",
            url is null ? SourceUrl.Unparsable : url.Scheme is "http" or "https" ? null : SourceUrl.InvalidScheme);
        at.Error("thumbprint", tang["thumbprint"].HasText ? null : "thumbprint is required");
        at.Error(
            "advertisement",
            tang["advertisement"].HasText && !IsJson(tang["advertisement"].Text) ? "advertisement is not valid JSON" : null);
    }

    private static bool IsJson(string text)
    {
        try
        {
            return !JsonTree.Read(Encoding.UTF8.GetBytes(text)).HasHugeNumber;
        }
        catch (JsonSyntaxException)
        {
            return false;
        }
    }
}
