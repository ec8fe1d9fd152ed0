using System.Globalization;
using System.Text;
using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.ContainerLinux.Sections;

/// <summary>The drop-ins that start etcd and flannel with their options as arguments.</summary>
/// <remarks>Held against ct 0.5.0 and 0.9.0.</remarks>
internal static class ClcServiceUnit
{
    /// <summary>The text for etcd, or an error.</summary>
    public static string? WriteEtcd(ConfigValue section, string platform, ClcRelease release, out string? error) =>
        Write(section, "/usr/lib/coreos/etcd-wrapper $ETCD_OPTS", "ETCD_IMAGE_TAG", platform, release, out error);

    /// <summary>The text for flannel, with the command that stores the network config, or an error.</summary>
    public static string? WriteFlannel(ConfigValue section, string platform, ClcRelease release, out string? error)
    {
        var text = Write(section, "/usr/lib/coreos/flannel-wrapper $FLANNEL_OPTS", "FLANNEL_IMAGE_TAG", platform, release, out error);
        if (text is null || !section["network_config"].HasText)
        {
            return text;
        }
        var command = new StringBuilder(text).Append("\nExecStartPre=/usr/bin/etcdctl");
        foreach (var (key, argument) in ((string, string)[])[
            ("etcd_endpoints", "endpoints"), ("etcd_cafile", "ca-file"), ("etcd_certfile", "cert-file"), ("etcd_keyfile", "key-file")])
        {
            var setting = section[key];
            if (setting.IsSet && (release.KeepsZeros || setting.HasText))
            {
                command.Append(CultureInfo.InvariantCulture, $" --{argument}={GoQuote.Quote(setting.Text)}");
            }
        }
        return command.Append(" set /coreos.com/network/config ").Append(GoQuote.Quote(section["network_config"].Text)).ToString();
    }

    private static string? Write(
        ConfigValue section, string command, string tagVariable, string platform, ClcRelease release, out string? error)
    {
        var arguments = Arguments(section, release);
        var isDynamic = arguments.Exists(argument => argument.AsSpan().IndexOfAny('{', '}') >= 0);
        error = null;
        if (isDynamic)
        {
            error = platform.Length == 0 ? ClcPlatforms.NoPlatform : Substitute(arguments, platform);
            if (error is not null)
            {
                return null;
            }
        }
        var text = new StringBuilder();
        if (isDynamic)
        {
            text.Append("[Unit]\nRequires=coreos-metadata.service\nAfter=coreos-metadata.service\n\n");
        }
        text.Append("[Service]");
        if (isDynamic)
        {
            text.Append("\nEnvironmentFile=/run/metadata/coreos");
        }
        if (ClcOptionTable.VersionOf(section) is { } version)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nEnvironment=\"{tagVariable}=v{version}\"");
        }
        text.Append("\nExecStart=\nExecStart=").Append(command);
        foreach (var argument in arguments)
        {
            text.Append(" \\\n  ").Append(argument);
        }
        return text.ToString();
    }

    /// <summary>The arguments in the order of the options.</summary>
    private static List<string> Arguments(ConfigValue section, ClcRelease release)
    {
        var arguments = new List<string>();
        foreach (var (argument, value) in ClcOptionTable.Given(section, release))
        {
            var text = value.Type.Kind switch
            {
                ConfigKind.Text => GoQuote.Quote(value.Text),
                ConfigKind.Flag => value.Flag ? "true" : "false",
                _ => value.Number.ToString(CultureInfo.InvariantCulture),
            };
            // flannel's interface is the one option whose argument has another name.
            arguments.Add($"--{(argument == "interface" ? "iface" : argument)}={text}");
        }
        return arguments;
    }

    /// <summary>Replaces each {FIELD} by the platform's variable; gives the error of a field that it lacks.</summary>
    private static string? Substitute(List<string> arguments, string platform)
    {
        for (var index = 0; index < arguments.Count; index++)
        {
            var text = arguments[index];
            var start = text.IndexOf('{', StringComparison.Ordinal);
            var end = text.IndexOf('}', StringComparison.Ordinal);
            while (start >= 0 && end >= 0 && start < end)
            {
                var field = text[(start + 1)..end];
                if (ClcPlatforms.FindVariable(platform, field) is not { } variable)
                {
                    return "unknown field";
                }
                var placeholder = "{" + field + "}";
                var at = text.IndexOf(placeholder, StringComparison.Ordinal);
                text = text[..at] + "${" + variable + "}" + text[(at + placeholder.Length)..];
                // The search goes on where the old brace was, so as not to find the new ones.
                start = text.IndexOf('{', end);
                end = start >= 0 ? text.IndexOf('}', start) : end;
            }
            arguments[index] = text;
        }
        return null;
    }
}
