using System.Text;
using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Validation.Json;

namespace XenKube.Ignition.Validation.Generation3;

/// <summary>The rules about encrypted volumes.</summary>
internal sealed class LuksRules(int spec, List<ConfigFinding> findings)
{
    private const int LongestLabel = 47;

    /// <summary>One volume.</summary>
    public void Check(ConfigValue luks, ConfigPath path)
    {
        findings.AddError(
            path.Field("name"),
            luks["name"].Text.Contains('/', StringComparison.Ordinal) ? "device names cannot contain slashes" : null);
        findings.AddError(
            path.Field("label"),
            Encoding.UTF8.GetByteCount(luks["label"].Text) > LongestLabel ? "luks device labels cannot be longer than 47 characters" : null);
        findings.AddError(path.Field("device"), luks["device"].HasText ? NodePath.Validate(luks["device"].Text) : "disk device is required");

        var clevis = luks["clevis"];
        var hasCustom = spec >= 33 ? clevis["custom"]["pin"].HasText : clevis["custom"].IsSet;
        var hasOthers = clevis["tang"].Items.Count > 0 || clevis["tpm2"].Flag || clevis["threshold"].Number != 0;
        findings.AddError(path.Field("clevis"), hasCustom && hasOthers ? "cannot use custom clevis config with tpm2, tang, or threshold" : null);

        var source = luks["keyFile"]["source"];
        findings.AddError(
            path.Field("keys"),
            source.HasText && SourceUrl.Validate(source.Text, spec) is not null ? "invalid key-file source" : null);
    }

    /// <summary>A clevis config written out.</summary>
    public void CheckCustom(ConfigValue custom, ConfigPath path)
    {
        var pin = custom["pin"].Text;
        var config = custom["config"].Text;
        if (pin.Length == 0 && config.Length == 0 && (spec < 33 || !custom["needsNetwork"].Flag))
        {
            return;
        }
        findings.AddError(
            path.Field("pin"),
            pin is "tpm2" or "tang" or "sss" ? null
            : pin.Length == 0 && spec >= 33 ? "missing required custom clevis pin"
            : "unsupported clevis pin");
        findings.AddError(path.Field("config"), config.Length == 0 ? "missing required custom clevis config" : null);
    }

    /// <summary>A tang server.</summary>
    public void CheckTang(ConfigValue tang, ConfigPath path)
    {
        var url = GoUrl.Parse(tang["url"].Text, out _);
        findings.AddError(
            path.Field("url"),
            url is null ? SourceUrl.Unparsable : url.Scheme is "http" or "https" ? null : SourceUrl.InvalidScheme);
        findings.AddError(path.Field("thumbprint"), tang["thumbprint"].HasText ? null : "thumbprint is required");
        findings.AddError(
            path.Field("advertisement"),
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
