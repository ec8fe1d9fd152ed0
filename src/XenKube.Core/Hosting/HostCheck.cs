using System.Globalization;
using System.Net.NetworkInformation;
using XenKube.Files;
using XenKube.Guests;
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
        var network = new HostNetworkCheck(options);
        Func<CancellationToken, CheckResult>[] checks = [_ => CheckPygrub(), _ => CheckBridge(), _ => CheckForwarding(), _ =>
            CheckXenDir(), _ => HostSecurityCheck.CheckTrust(options.XenDir), _ => CheckSpace(), CheckServing,
                _ => network.CheckFirewall(), _ => network.CheckReservations(), _ => network.CheckDnsmasq(), _ => CheckTime()];
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

    internal static CheckResult Pass(string name, string message) => new(name, CheckStatus.Pass, message);

    internal static CheckResult Failure(string name, XenKubeException error) =>
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
