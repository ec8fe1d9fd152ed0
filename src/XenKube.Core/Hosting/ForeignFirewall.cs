using System.Globalization;
using XenKube.Files;

namespace XenKube.Hosting;

/// <summary>
/// A program that writes the host's firewall rules itself, so that an edit of a file of rules would be lost: ufw or firewalld.
/// </summary>
/// <param name="Name">The program.</param>
internal sealed record ForeignFirewall(string Name)
{
    private const string Ufw = "ufw";
    private const string Firewalld = "firewalld";

    /// <summary>The program that is in charge; null for none.</summary>
    /// <param name="root">Where the host's files are; <c>/</c> but in tests.</param>
    public static ForeignFirewall? Find(string root)
    {
        // ufw.conf: ENABLED=yes once 'ufw enable' was run.
        if ((WholeFile.TryReadText(Path.Combine(root, "etc/ufw/ufw.conf")) ?? "").Split('\n')
            .Any(line => line.Replace(" ", "", StringComparison.Ordinal).Trim().Equals("ENABLED=yes", StringComparison.OrdinalIgnoreCase)))
        {
            return new(Ufw);
        }
        return File.Exists(Path.Combine(root, "etc/systemd/system/multi-user.target.wants/firewalld.service")) ? new(Firewalld) : null;
    }

    /// <summary>The commands that open ports, to be typed by a person.</summary>
    /// <param name="ports">The ports.</param>
    public string Commands(IEnumerable<FirewallPort> ports) =>
        Name == Ufw
            ? string.Join("; ", ports.Select(port =>
                $"ufw {(port.IsForward ? "route allow" : "allow")}{On("in", port.InInterface)}{On("out", port.OutInterface)} to any port {port.Ports.ToText(':')} proto {port.Protocol}"))
            : string.Join("; ", ports.Where(port => !port.IsForward).GroupBy(port => port.InInterface)
                .SelectMany(group =>
                    group.Select(port =>
                        $"firewall-cmd --permanent{(group.Key is null ? "" : $" --zone=$(firewall-cmd --get-zone-of-interface={group.Key})")} --add-port={port.Ports}/{port.Protocol}"))) + "; firewall-cmd --reload";

    /// <summary>The error for a step that would have edited the rules.</summary>
    /// <param name="ports">The ports that the step wants open.</param>
    public OperationFailedException Refusal(IEnumerable<FirewallPort> ports) =>
        new(ErrorIds.FirewallForeign, null, null, $"{Name} manages this host's firewall, and writes the rules itself",
            $"Type: {Commands(ports)}");

    private static string On(string direction, string? name) =>
        name is null ? "" : string.Create(CultureInfo.InvariantCulture, $" {direction} on {name}");
}
