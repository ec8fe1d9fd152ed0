using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Generation3;

/// <summary>The rules about things that are fetched, and about proxies.</summary>
/// <remarks>Held against Ignition 2.16.2 and Ignition 2.26.0.</remarks>
internal sealed class ResourceRules(IgnitionSpec spec)
{
    /// <summary>One resource.</summary>
    public void Resource(ConfigValue resource, FindingPlace at)
    {
        at.Error("compression", resource["compression"].Text is "" or "gzip" ? null : "invalid compression method");
        var hash = resource["verification"]["hash"];
        at.Field("verification").Error(
            "hash", hash.IsSet && !resource["source"].IsSet ? "source must be specified if verification is specified" : null);
        Source(resource, at);
    }

    /// <summary>The source of a resource, and whether headers can go with it.</summary>
    public void Source(ConfigValue resource, FindingPlace at)
    {
        var source = resource["source"];
        at.Error("source", source.HasText ? SourceUrl.Validate(source.Text, spec) : null);
        if (resource["httpHeaders"].Items.Count > 0)
        {
            at.Error("httpHeaders", source.HasText ? SourceUrl.ValidateForHeaders(source.Text) : SourceUrl.Unparsable);
        }
    }

    /// <summary>A certificate authority of spec 3.0.0, which did not let an empty source pass.</summary>
    public void Authority(ConfigValue authority, FindingPlace at) => at.Error("source", SourceUrl.Validate(authority["source"].Text, spec));

    /// <summary>The configs to be merged, which need a source.</summary>
    public void MergedConfigs(ConfigValue config, FindingPlace at) => RequireSources(config["merge"], at.Field("merge"));

    /// <summary>The certificate authorities, which need a source.</summary>
    public void Authorities(ConfigValue tls, FindingPlace at) =>
        RequireSources(tls["certificateAuthorities"], at.Field("certificateAuthorities"));

    /// <summary>The hash of a resource.</summary>
    public void Verification(ConfigValue verification, FindingPlace at)
    {
        var hash = verification["hash"];
        at.Error("hash", hash.IsSet ? HashSpecifier.Validate(hash.Text, allowSha256: spec >= IgnitionSpec.V3_1) : null);
    }

    /// <summary>One HTTP header.</summary>
    public static void Header(ConfigValue header, FindingPlace at)
    {
        at.Error("name", header["name"].Text.Length == 0 ? "HTTP header name can't be empty" : null);
        at.Error("value", header["value"].IsSet && header["value"].Text.Length == 0 ? "unable to parse HTTP header" : null);
    }

    /// <summary>The proxies.</summary>
    public static void Proxy(ConfigValue proxy, FindingPlace at)
    {
        CheckProxy(proxy["httpProxy"], at.Field("httpProxy"), isPlainFine: true);
        CheckProxy(proxy["httpsProxy"], at.Field("httpsProxy"), isPlainFine: false);
    }

    private void RequireSources(ConfigValue list, FindingPlace at)
    {
        for (var i = 0; i < list.Items.Count; i++)
        {
            var source = list.Items[i]["source"];
            at.Item(i).Error(source.HasText ? SourceUrl.Validate(source.Text, spec) : "source is required");
        }
    }

    private static void CheckProxy(ConfigValue proxy, FindingPlace at, bool isPlainFine)
    {
        if (!proxy.IsSet)
        {
            return;
        }
        var url = GoUrl.Parse(proxy.Text, out _);
        at.Error(url is null ? SourceUrl.Unparsable : url.Scheme is "http" or "https" ? null : "proxies must be http(s)");
        at.Warning(url?.Scheme == "http" && !isPlainFine ? "insecure plaintext HTTP proxy specified for HTTPS resources" : null);
    }
}
