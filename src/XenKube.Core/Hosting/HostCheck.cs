using System.Globalization;
using System.Net.NetworkInformation;
using XenKube.Files;
using XenKube.Guests;
using XenKube.Hosting.Dnsmasq;
using XenKube.Posix;
using XenKube.Programs;

namespace XenKube.Hosting;

/// <summary>A doctor for dom0: looks at everything the guide needs, changes nothing that stays.</summary>
/// <param name="options">How the host is meant to be.</param>
public sealed class HostCheck(HostOptions options)
{
    private const int LeastXenMajor = 4;
    private const int LeastXenMinor = 8;
    private const long LeastMemory = GuideDefaults.Memory;
    private const long Gibibyte = 1 << 30;
    private static readonly string[] LibraryFolders = ["usr/lib", "usr/local/lib"];
    private (int Major, int Minor)? _version;

    /// <summary>Runs all checks, in the order in which to mend what they find.</summary>
    /// <param name="cancellationToken">Ends them.</param>
    public IEnumerable<CheckResult> Run(CancellationToken cancellationToken = default)
    {
        foreach (var result in CheckXen(cancellationToken))
        {
            yield return result;
        }
        Func<CancellationToken, CheckResult>[] checks = [_ => CheckPygrub(), _ => CheckBridge(), _ => CheckForwarding(), _ =>
            CheckXenDir(), _ => HostSecurityCheck.CheckTrust(options.XenDir), _ => CheckSpace(), CheckServing, _ => CheckFirewall(), _ =>
                CheckReservations(), _ => CheckDnsmasq(), _ => CheckTime()];
        foreach (var check in checks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return InUse(check(cancellationToken));
        }
        foreach (var result in new[] { XenServiceCheck.CheckConsole(options.SystemRoot),
            XenServiceCheck.CheckShutdown(options.SystemRoot), ServiceBootCheck.Check(options) }.OfType<CheckResult>())
        {
            yield return result;
        }
    }

    /// <summary>Files that are right help nobody while their service has not been told of them.</summary>
    private CheckResult InUse(CheckResult result)
    {
        var step = result.Name == "dnsmasq" ? "reservations" : result.Name;
        return options.Activate && result.Status == CheckStatus.Pass && (step is "firewall" or "reservations" or "time")
            && new BackupStore(options.BackupDirectory).NotActive(step) is { } last
            ? new(result.Name, CheckStatus.Fail,
                $"{result.Message}, but {string.Join(", ", last.Paths)} was written without telling the service, which may still use what was there before",
                $"Have it used: {new RemedyAction(RemedyActionKind.SetUpHost, step)}")
            : result;
    }

    private IEnumerable<CheckResult> CheckXen(CancellationToken cancellationToken)
    {
        XenHostInfo? info = null;
        CheckResult? failure = null;
        try
        {
            info = new XlDriver(options.Xl).Info(cancellationToken);
        }
        catch (XenKubeException e)
        {
            failure = Failure("xen", e);
        }
        if (info is null)
        {
            yield return failure!;
            yield break;
        }
        _version = info.Version;
        var isKnown = _version is { } version && version.CompareTo((LeastXenMajor, LeastXenMinor)) >= 0;
        yield return isKnown
            ? Pass("xen", $"Xen {info.XenVersion}")
            : new("xen", CheckStatus.Warn,
                $"Xen {(info.XenVersion.Length == 0 ? "of an unknown version" : info.XenVersion)}, older than what XenKube was tried on",
                string.Create(CultureInfo.InvariantCulture, $"Use Xen {LeastXenMajor}.{LeastXenMinor} or newer"));
        yield return info.FreeMemory >= LeastMemory
            ? Pass("memory", string.Create(CultureInfo.InvariantCulture, $"{info.FreeMemory} MiB free for guests"))
            : new("memory", CheckStatus.Warn, string.Create(CultureInfo.InvariantCulture,
                $"only {info.FreeMemory} MiB free, less than the guide's guest needs"),
                    "Stop a guest, or give dom0 less (dom0_mem= on Xen's command line)");
    }

    private CheckResult CheckPygrub()
    {
        var places = LibraryFolders.Select(folder => Path.Combine(options.SystemRoot, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateDirectories(folder, "xen*")).Select(folder => Path.Combine(folder, "bin", "pygrub"));
        var found = places.FirstOrDefault(File.Exists) ?? (options.SystemRoot == "/" ? ExternalProgram.Find("pygrub") : null);
        if (found is null)
        {
            return new("pygrub", CheckStatus.Fail, "pygrub is not installed, so no pv guest can boot", "Install xen-utils");
        }
        if (_version is { } version && version.CompareTo(PygrubRights.FirstXen) < 0)
        {
            return new("pygrub", CheckStatus.Warn, string.Create(CultureInfo.InvariantCulture,
                $"{found} runs as root, which Xen does not support any more (XSA-508), and Xen {version.Major}.{version.Minor} has no other way"),
                "Use a newer Xen, or XenKube's own boot loader, which never has root's rights");
        }
        var rights = new PygrubRights(options.SystemRoot);
        if (!rights.HasUser)
        {
            return new("pygrub", CheckStatus.Warn, $"{found} runs as root, which Xen does not support any more (XSA-508)",
                $"Make the user as which XenKube has it run: {rights.MakeUser}");
        }
        if (!rights.HasGroup)
        {
            return new("pygrub", CheckStatus.Warn,
                $"{found} runs as root, which Xen does not support any more (XSA-508): the user {PygrubRights.User} and its group have different numbers",
                $"Give them the same number: {rights.GiveNumber}");
        }
        return Pass("pygrub", $"{found}, run as {PygrubRights.User}");
    }

    private CheckResult CheckBridge()
    {
        var bridge = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(item => item.Name == options.Bridge);
        if (bridge is null)
        {
            return new("bridge", CheckStatus.Fail, $"there is no interface {options.Bridge}",
                "Bring the bridge up (part 2 of the guide), or set \"bridge\" in xenkube.json");
        }
        if (!bridge.GetIPProperties().UnicastAddresses.Any(address => address.Address.Equals(options.Address)))
        {
            return new("bridge", CheckStatus.Fail, $"{options.Bridge} does not have the address {options.Address}",
                $"'ip addr add {options.Address}/24 dev {options.Bridge}', or set \"address\" in xenkube.json");
        }
        // A bridge without a guest on it has no carrier; that is not a fault.
        return Pass("bridge", $"{options.Bridge} has {options.Address}");
    }

    private CheckResult CheckForwarding()
    {
        var path = Path.Combine(options.SystemRoot, "proc/sys/net/ipv4/ip_forward");
        var on = WholeFile.TryReadText(path)?.Trim() == "1";
        return on ? Pass("forwarding", "on") : new("forwarding", CheckStatus.Fail, "off: guests reach dom0 and nothing else",
            "'sysctl -w net.ipv4.ip_forward=1', and the same in /etc/sysctl.d to keep it");
    }

    private CheckResult CheckXenDir()
    {
        try
        {
            if (FileStatus.Read(options.XenDir) is not { IsDirectory: true } status)
            {
                return new("xendir", CheckStatus.Fail, $"{options.XenDir} does not exist",
                    $"Make it: {new RemedyAction(RemedyActionKind.SetUpHost, "directories")}");
            }
            if ((status.Permissions & UnixFileMode.OtherWrite) != 0)
            {
                return new("xendir", CheckStatus.Fail, $"everybody may write to {options.XenDir}, and so choose what the guests become",
                    $"chmod o-w {options.XenDir}");
            }
            var missing = options.Layout.Directories.Where(path => !Directory.Exists(path)).Select(Path.GetFileName).ToList();
            if (missing.Count > 0)
            {
                return new("xendir", CheckStatus.Warn, $"{string.Join(", ", missing)} missing in {options.XenDir}",
                    $"Make them: {new RemedyAction(RemedyActionKind.SetUpHost, "directories")}");
            }
            var nginx = options.Layout.NginxPath;
            if (FileStatus.Read(nginx) is { } served && ((served.Permissions & (UnixFileMode.OtherRead | UnixFileMode.OtherExecute)) != (
                UnixFileMode.OtherRead | UnixFileMode.OtherExecute) || (status.Permissions & UnixFileMode.OtherExecute) == 0))
            {
                return new("xendir", CheckStatus.Fail, $"nginx' user may not read {nginx}",
                    $"chmod o+x {options.XenDir}; chmod o+rx {nginx}");
            }
            return Pass("xendir", options.XenDir);
        }
        catch (IOException e)
        {
            return new("xendir", CheckStatus.Fail, e.Message);
        }
    }

    private CheckResult CheckSpace()
    {
        try
        {
            var free = new DriveInfo(Path.GetFullPath(options.XenDir)).AvailableFreeSpace;
            var text = string.Create(CultureInfo.InvariantCulture, $"{free / (double)Gibibyte:0.0} GiB free");
            return free >= 10 * Gibibyte ? Pass("space", text)
                : new("space", free >= 2 * Gibibyte ? CheckStatus.Warn : CheckStatus.Fail,
                    $"only {text} for images, of which each may grow to 4.4 GiB", "Free some space, or put XENDIR on a larger disk");
        }
        catch (Exception e) when (e.IsPathTrouble())
        {
            return new("space", CheckStatus.Warn, $"unknown: {e.Message}");
        }
    }

    private CheckResult CheckServing(CancellationToken cancellationToken)
    {
        var root = options.Layout.NginxPath;
        if (!Directory.Exists(root))
        {
            return new("serving", CheckStatus.Fail, $"{root} does not exist, so nothing is served",
                $"Make it, and set up the site: {RemedyActionKind.SetUpHost}");
        }
        try
        {
            var result = SiteProbe.Wait(root, options.Address, options.Port, options.ServingPatience, TimeSpan.FromSeconds(5),
                cancellationToken);
            var served = $"http://{options.Address}:{options.Port.ToString(CultureInfo.InvariantCulture)}";
            if (result.IsOk && NeedsBridgeAtBoot())
            {
                return new("serving", CheckStatus.Warn,
                    $"{root} on {served}/, but if nginx starts before the bridge at boot, it does not start at all, with every other site of this host",
                    $"Let nginx listen before the bridge is up: {new RemedyAction(RemedyActionKind.SetUpHost, "site")}");
            }
            return result.IsOk ? Pass("serving", $"{root} on {served}/")
                : new("serving", CheckStatus.Fail, result.Status == 404
                    ? $"{served} does not serve {root}, but another directory"
                    : $"{served} does not serve {root}: {result.Problem}",
                    $"Set up nginx' site ({new RemedyAction(RemedyActionKind.SetUpHost, "site")}), or start the embedded server ({RemedyActionKind.ServeConfigs})");
        }
        catch (XenKubeException e)
        {
            return Failure("serving", e);
        }
    }

    /// <summary>True if nginx's own site for XENDIR listens on an address that may come up after nginx.</summary>
    private bool NeedsBridgeAtBoot() =>
        File.Exists(options.Site.AvailablePath)
        && new NonLocalBind(options.SystemRoot, options.Address).ToChanges().Any(change => change.IsNeeded);

    private CheckResult CheckFirewall()
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
                (FirewallStatus.Open, _) => Pass("firewall", $"port {text} is open"),
                (FirewallStatus.Closed, _) => new("firewall", CheckStatus.Fail,
                    $"port {text} is {verdict}: guests cannot fetch their configs",
                    $"Open it: {new RemedyAction(RemedyActionKind.OpenPort, text)}"),
                (null, FirewallStatus.Closed) => new("firewall", CheckStatus.Fail,
                    $"port {text} is {loaded!.Value.Verdict} of '{loaded.Value.Program}': guests cannot fetch their configs, and {options.FirewallFile} does not exist",
                    "Open that port and udp 123 on the bridge where those rules come from"),
                (null, FirewallStatus.Open) => Pass("firewall", $"port {text} is open: no rule of the kernel closes it"),
                (null, _) => new("firewall", CheckStatus.Warn,
                    $"{options.FirewallFile} does not exist, so nothing shows whether guests reach port {text}",
                    "If you use another firewall, open that port and udp 123 on the bridge"),
                _ => new("firewall", CheckStatus.Warn, $"port {text}: {verdict}",
                    $"Fetch a config from a guest to see, or add a rule for {options.Bridge} before that line"),
            };
        }
        catch (XenKubeException e)
        {
            return Failure("firewall", e);
        }
    }

    private CheckResult CheckReservations()
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
            return items.Count > 0 ? Pass("reservations", string.Create(CultureInfo.InvariantCulture,
                $"{items.Count} in {options.ReservationsFile}"))
                : new("reservations", CheckStatus.Fail, $"none in {options.ReservationsFile}",
                    $"Make them: {RemedyActionKind.ReserveAddresses}");
        }
        catch (XenKubeException e)
        {
            return Failure("reservations", e);
        }
    }

    private CheckResult CheckDnsmasq()
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
                : Pass("dnsmasq", $"{running.Name} serves {options.ReservationsFile}");
        }
        var unit = DnsmasqService.Of(options, instances).Unit;
        return DnsmasqInstance.IsAnyRunning(new HostTree(options.SystemRoot))
            ? new("dnsmasq", CheckStatus.Fail, $"a dnsmasq is running, but none serves {options.Bridge}: guests get no address",
                $"Have interface={options.Bridge} and dhcp-hostsfile={options.ReservationsFile} in its configuration, and restart it")
            : new("dnsmasq", CheckStatus.Fail, "no dnsmasq is running: guests get no address", $"'systemctl start {unit}'");
    }

    private CheckResult CheckTime()
    {
        try
        {
            if (TimeServer.Find(options.SystemRoot) is not { } server)
            {
                return new("time", CheckStatus.Warn, "dom0 has no time service for the guests",
                    "Install ntpsec or chrony; guests may use a server elsewhere instead");
            }
            if (server.Serves(options.Network, options.Bridge))
            {
                return Pass("time", $"{server.Path} serves {options.Network}");
            }
            server.WithNetwork(options.Network, options.Bridge);
            return new("time", CheckStatus.Warn, $"{server.Path} does not serve {options.Network}",
                $"Set it up: {new RemedyAction(RemedyActionKind.SetUpHost, "time")}");
        }
        catch (ItemInUseException e)
        {
            return new("time", CheckStatus.Warn, e.Fault, e.Advice!);
        }
        catch (XenKubeException e)
        {
            return Failure("time", e);
        }
    }

    private static CheckResult Pass(string name, string message) => new(name, CheckStatus.Pass, message);

    private static CheckResult Failure(string name, XenKubeException error) =>
        new(name, CheckStatus.Fail, error.Fault, error.Advice ?? Usual(name));

    private static Remedy Usual(string name) => name switch
    {
        "serving" => (Remedy)$"Set up the directories and the site: {RemedyActionKind.SetUpHost}",
        "firewall" => "Compare the file with the output of iptables-save",
        "reservations" => (Remedy)$"Correct the file, or remove it and make the reservations again: {RemedyActionKind.ReserveAddresses}",
        "time" => "Correct the file, or its rights",
        _ => "See what 'xl info' says",
    };
}
