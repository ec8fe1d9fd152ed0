using XenKube.Files;
using XenKube.Hosting.Services;

namespace XenKube.Hosting;

/// <summary>
/// Whether the services that guests need start with dom0. The guests' dnsmasq is not among them: the bridge starts it, as the guide has it.
/// </summary>
internal static class ServiceBootCheck
{
    private const string Name = "boot";

    /// <summary>Looks at the firewall's units, nginx and the time service; null on a host without systemd's directory.</summary>
    /// <param name="options">How the host is meant to be.</param>
    public static CheckResult? Check(HostOptions options)
    {
        var tree = new HostTree(options.SystemRoot);
        if (!Directory.Exists(Path.Combine(options.SystemRoot, "etc/systemd/system")))
        {
            return null;
        }
        // A unit that is not installed is the subject of the service's own check.
        var units = Needed(options).Distinct().Where(unit => ServiceUnits.IsInstalled(tree, unit)).ToList();
        var late = units.Where(unit => !ServiceUnits.IsEnabled(tree, unit)).ToList();
        if (late.Count > 0)
        {
            var names = string.Join(", ", late);
            var (verb, missed) = late.Count == 1 ? ("does", "that service") : ("do", "those services");
            return new(Name, CheckStatus.Warn, $"{names} {verb} not start with dom0: after a reboot guests miss {missed}",
                $"systemctl enable {string.Join(' ', late)}");
        }
        return units.Count == 0 ? null : new(Name, CheckStatus.Pass, $"starts with dom0: {string.Join(", ", units)}");
    }

    private static IEnumerable<string> Needed(HostOptions options)
    {
        if (options.ForeignFirewall is null)
        {
            foreach (var unit in FirewallUnits(options))
            {
                yield return unit;
            }
        }
        if (File.Exists(options.Site.EnabledPath))
        {
            yield return NginxSite.Unit;
        }
        if (TimeServer.Find(options.SystemRoot) is { Unit.Length: > 0 } server)
        {
            yield return server.Unit;
        }
    }

    /// <summary>The units that load files with rules; Debian installs a file without any, which nobody misses.</summary>
    private static List<string> FirewallUnits(HostOptions options)
    {
        try
        {
            // The host's services load no other files.
            return [.. FirewallRules.UsualPaths(options.Address, options.SystemRoot).Select(new HostTree(options.SystemRoot).At)
                .Where(file => File.Exists(file) && options.FirewallFiles.Contains(file)).Select(FirewallRules.Read)
                .Where(rules => rules.Rules.Count > 0).Select(rules => rules.Unit)];
        }
        catch (XenKubeException)
        {
            // The check of the firewall says what is wrong with the file.
            return [];
        }
    }
}
