using System.Globalization;
using XenKube.Files;
using XenKube.Hosting.Dnsmasq;

namespace XenKube.Hosting;

/// <summary>The part of the host's check that asks whether guests get an address, and reach dom0.</summary>
/// <param name="options">How the host is meant to be.</param>
internal sealed class HostNetworkCheck(HostOptions options)
{
    /// <summary>Checks the firewall's rules.</summary>
    public CheckResult CheckFirewall()
    {
        try
        {
            if (options.ForeignFirewall is { } foreign)
            {
                return new("firewall", CheckStatus.Warn,
                    $"{foreign.Name} manages the firewall, so no file shows whether guests reach port {options.Port.ToString(CultureInfo.InvariantCulture)}",
                    $"If they do not, type: {foreign.Commands(FirewallPort.Guide(options.Bridge, options.Port))}");
            }
            var port = new FirewallPort(options.Port) { InInterface = options.Bridge };
            var loaded = LoadedFirewall.Read(options)?.Judge(port, options.Guests);
            var files = options.FirewallFiles.Where(File.Exists).ToList();
            var verdict = files.Select(file => FirewallRules.Read(file).Judge(port, options.Guests)).MaxBy(one => one.Status switch
                { FirewallStatus.Closed => 2, FirewallStatus.CannotTell => 1, _ => 0 });
            var text = options.Port.ToString(CultureInfo.InvariantCulture);
            return (verdict?.Status, loaded?.Verdict.Status) switch
            {
                (FirewallStatus.Open, FirewallStatus.Closed) => new("firewall", CheckStatus.Fail,
                    $"port {text} is open in {string.Join(", ", files)}, but the kernel has other rules: port {text} is {loaded!.Value.Verdict} of '{loaded.Value.Program}'",
                    $"Load the file: {new RemedyAction(RemedyActionKind.SetUpHost, "firewall")}"),
                (FirewallStatus.Open, _) => HostCheck.Pass("firewall", $"port {text} is open"),
                (FirewallStatus.Closed, _) => new("firewall", CheckStatus.Fail,
                    $"port {text} is {verdict}: guests cannot fetch their configs",
                    $"Open it: {new RemedyAction(RemedyActionKind.OpenPort, text)}"),
                (null, FirewallStatus.Closed) => new("firewall", CheckStatus.Fail,
                    $"port {text} is {loaded!.Value.Verdict} of '{loaded.Value.Program}': guests cannot fetch their configs, and {options.FirewallFile} does not exist",
                    "Open that port and udp 123 on the bridge where those rules come from"),
                (null, FirewallStatus.Open) => HostCheck.Pass("firewall", $"port {text} is open: no rule of the kernel closes it"),
                (null, _) => new("firewall", CheckStatus.Warn,
                    $"{options.FirewallFile} does not exist, so nothing shows whether guests reach port {text}",
                    "If you use another firewall, open that port and udp 123 on the bridge"),
                _ => new("firewall", CheckStatus.Warn, $"port {text}: {verdict}",
                    $"Fetch a config from a guest to see, or add a rule for {options.Bridge} before that line"),
            };
        }
        catch (XenKubeException e)
        {
            return HostCheck.Failure("firewall", e);
        }
    }

    /// <summary>Checks the reservations.</summary>
    public CheckResult CheckReservations()
    {
        try
        {
            var reservations = DhcpReservations.Read(options.ReservationsFile, options.Dnsmasqs);
            var faults = ReservationFindings.Faults(reservations, options.Network).ToList();
            if (faults.Count > 0)
            {
                var more = faults.Count > 3 ? string.Create(CultureInfo.InvariantCulture, $"; and {faults.Count - 3} more") : "";
                return new("reservations", CheckStatus.Fail, $"{string.Join("; ", faults.Take(3).Select(fault => fault.Message))}{more}",
                    faults[0].Remedy);
            }
            var items = reservations.GuestAddresses;
            return items.Count > 0 ? HostCheck.Pass("reservations", string.Create(CultureInfo.InvariantCulture,
                $"{items.Count} in {options.ReservationsFile}"))
                : new("reservations", CheckStatus.Fail, $"none in {options.ReservationsFile}",
                    $"Make them: {RemedyActionKind.ReserveAddresses}");
        }
        catch (XenKubeException e)
        {
            return HostCheck.Failure("reservations", e);
        }
    }

    /// <summary>Checks the dnsmasq that serves the bridge.</summary>
    public CheckResult CheckDnsmasq()
    {
        var instances = options.Dnsmasqs;
        if (ReservationFindings.NotRead(options.ReservationsFile, instances) is { } problem)
        {
            return new("dnsmasq", CheckStatus.Warn, problem.Fault, problem.Advice!);
        }
        if (instances.FirstOrDefault(instance => instance.IsRunning) is { } running)
        {
            return running.Configuration.Unread is [var unread, ..]
                ? new("dnsmasq", CheckStatus.Warn,
                    $"{running.Name} serves {options.ReservationsFile}, but not all that it is told is known here: {unread}",
                    "Compare the guests' addresses with that file by hand")
                : HostCheck.Pass("dnsmasq", $"{running.Name} serves {options.ReservationsFile}");
        }
        var unit = DnsmasqService.Of(options, instances).Unit;
        return DnsmasqInstance.IsAnyRunning(new HostTree(options.SystemRoot))
            ? new("dnsmasq", CheckStatus.Fail, $"a dnsmasq is running, but none serves {options.Bridge}: guests get no address",
                $"Have interface={options.Bridge} and dhcp-hostsfile={options.ReservationsFile} in its configuration, and restart it")
            : new("dnsmasq", CheckStatus.Fail, "no dnsmasq is running: guests get no address", $"'systemctl start {unit}'");
    }
}
