using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.Validation.Generation3;

/// <summary>The rules about things that are fetched, and about proxies.</summary>
internal sealed class ResourceRules(int spec, List<ConfigFinding> findings)
{
    /// <summary>One resource.</summary>
    public void Check(ConfigValue resource, ConfigPath path)
    {
        var source = resource["source"];
        if (resource.Type.Name != "ConfigReference")
        {
            findings.AddError(path.Field("compression"), resource["compression"].Text is "" or "gzip" ? null : "invalid compression method");
            findings.AddError(
                path.Field("verification").Field("hash"),
                resource["verification"]["hash"].IsSet && !source.IsSet ? "source must be specified if verification is specified" : null);
        }
        findings.AddError(path.Field("source"), source.HasText ? SourceUrl.Validate(source.Text, spec) : null);
        if (resource["httpHeaders"].Items.Count > 0)
        {
            findings.AddError(path.Field("httpHeaders"), source.HasText ? SourceUrl.ValidateForHeaders(source.Text) : SourceUrl.Unparsable);
        }
    }

    /// <summary>A list of resources that need a source.</summary>
    public void CheckRequired(ConfigValue list, ConfigPath path)
    {
        for (var i = 0; i < list.Items.Count; i++)
        {
            var source = list.Items[i]["source"];
            findings.AddError(path.Item(i), source.HasText ? SourceUrl.Validate(source.Text, spec) : "source is required");
        }
    }

    /// <summary>One of the proxies.</summary>
    public void CheckProxy(ConfigValue proxy, ConfigPath path, bool isPlainFine)
    {
        if (!proxy.IsSet)
        {
            return;
        }
        var url = GoUrl.Parse(proxy.Text, out _);
        findings.AddError(path, url is null ? SourceUrl.Unparsable : url.Scheme is "http" or "https" ? null : "proxies must be http(s)");
        findings.AddWarning(path, url?.Scheme == "http" && !isPlainFine ? "insecure plaintext HTTP proxy specified for HTTPS resources" : null);
    }
}
