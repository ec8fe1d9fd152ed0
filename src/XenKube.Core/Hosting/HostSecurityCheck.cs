using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Reflection;
using XenKube.Files;
using XenKube.Posix;
using XenKube.Programs;

namespace XenKube.Hosting;

/// <summary>
/// Checks who could change what root runs and believes on this host: the files of XENDIR, the programs, XenKube itself, the backups, and
/// the
/// addresses at which the configs are served. docs/security.md has the reasons.
/// </summary>
/// <param name="options">How the host is meant to be.</param>
public sealed class HostSecurityCheck(HostOptions options)
{
    private const int MostNamed = 5;
    private const UnixFileMode ForOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly string[] Programs = ["xl", "nginx", "dnsmasq", "iptables-restore", "nft", "systemctl"];
    private static readonly string[] Overrides = ["XENKUBE_XL", "XENKUBE_LOCK_WAIT"];
    private static readonly string[] TrustedEndings = [XenDirLayout.GuestConfigExtension, XenDirLayout.TemplateExtension, "functions.ps1"];

    /// <summary>Runs all checks.</summary>
    /// <param name="cancellationToken">Ends them.</param>
    public IEnumerable<CheckResult> Run(CancellationToken cancellationToken = default)
    {
        Func<CheckResult>[] checks =
            [() => CheckTrust(options.XenDir), CheckLock, CheckDisks, CheckCaches, CheckBackups, CheckPrograms, CheckPath, CheckItself,
                CheckDependencies, CheckEnvironment, CheckListening];
        foreach (var check in checks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Guarded(check);
        }
    }

    /// <summary>
    /// Whether another user could change the files of a XENDIR that root runs or believes: the settings, the keys, guest configurations,
    /// templates and functions.ps1.
    /// </summary>
    /// <param name="xenDir">The XENDIR.</param>
    internal static CheckResult CheckTrust(string xenDir)
    {
        var layout = new XenDirLayout(xenDir);
        string[] paths = [xenDir, layout.SettingsPath, layout.KeysPath, .. Entries(layout.KeysPath), layout.GuestsPath,
            .. Entries(layout.GuestsPath).SelectMany(cluster =>
                Entries(cluster).Where(path => TrustedEndings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal))))];
        var reasons = paths.Select(FileTrust.Distrust).OfType<string>().Distinct().ToList();
        return reasons.Count == 0
            ? new("trust", CheckStatus.Pass, $"nobody but root and you can change what root runs and believes in {xenDir}")
            : new("trust", CheckStatus.Fail, $"another user could change what root runs or believes: {Named(reasons)}",
                "Look at what the files hold, then give them to root (chown root) and take from others the right to write (chmod go-w)");
    }

    private CheckResult CheckLock()
    {
        var path = Path.Combine(options.XenDir, Files.DirectoryLock.FileName);
        return HostFile.Find(path, follow: false) is { } status
            && (status.Permissions & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0
            ? new("lock", CheckStatus.Warn, $"every user may open {path}, and so hold it",
                $"The next change takes the permission away; or: chmod 600 {path}")
            : Pass("lock", "no other user may hold the lock of XENDIR");
    }

    private CheckResult CheckDisks()
    {
        var open = Entries(options.Layout.GuestsPath).SelectMany(Entries)
            .Where(path => path.EndsWith(XenDirLayout.DiskExtension, StringComparison.Ordinal))
            .Where(path => FileStatus.TryRead(path) is { } status && (status.Permissions & ForOthers) != 0).ToList();
        return open.Count == 0
            ? Pass("disks", "no other user may read or write a node's disk")
            : new("disks", CheckStatus.Warn, $"other users may read or write disks, which hold the guests' secrets: {Named(open)}",
                $"chmod 600 {open[0]}");
    }

    private CheckResult CheckCaches()
    {
        var reasons = Entries(options.Layout.ImagesPath).Where(path => path.EndsWith(".origin", StringComparison.Ordinal))
            .SelectMany(note => new[] { note, note[..^".origin".Length] }).Select(FileTrust.Distrust).OfType<string>().ToList();
        return reasons.Count == 0
            ? Pass("cache", "no decompressed image can be changed by another user")
            : new("cache", CheckStatus.Warn,
                $"decompressed images are not used, because another user could have made them: {Named(reasons)}",
                "Remove them, or give them to root");
    }

    private CheckResult CheckBackups() => HostFile.Find(options.BackupDirectory) is not { } status
        ? Pass("backups", $"there is nothing in {options.BackupDirectory} yet")
        : (FileTrust.Distrust(options.BackupDirectory) ?? ((status.Permissions & ForOthers) != 0
            ? $"other users may read {options.BackupDirectory}" : null)) is { } reason
            ? new("backups", CheckStatus.Fail, reason, $"chown root {options.BackupDirectory}; chmod 700 {options.BackupDirectory}")
            : Pass("backups", $"{options.BackupDirectory} is closed to other users");

    private CheckResult CheckPrograms()
    {
        var found = Programs.Select(name => name == "xl" ? options.Xl.Path : name).Select(ExternalProgram.Find).OfType<string>().ToList();
        var reasons = found.Select(FileTrust.Distrust).OfType<string>().ToList();
        return reasons.Count == 0
            ? Pass("programs", $"root alone can change {string.Join(", ", found)}")
            : new("programs", CheckStatus.Fail, $"another user could change a program that root runs: {Named(reasons)}",
                "Install the program's package again, or correct PATH");
    }

    private static CheckResult CheckPath()
    {
        var reasons = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.IsPathRooted(folder)
                ? FileTrust.Distrust(folder) : $"'{Printable.Of(folder)}' is the current directory's").OfType<string>().Distinct().ToList();
        return reasons.Count == 0 || !FileTrust.IsRoot
            ? Pass("path", "PATH names no directory that another user may write")
            : new("path", CheckStatus.Warn,
                $"PATH names directories that another user may write, which XenKube passes over: {Named(reasons)}",
                "Take them out of root's PATH: other programs do look there");
    }

    private static CheckResult CheckItself() => FileTrust.Distrust(AppContext.BaseDirectory) is { } reason && FileTrust.IsRoot
        ? new("xenkube", CheckStatus.Fail, $"another user could change XenKube itself: {reason}",
            "Install XenKube where root alone may write")
        : Pass("xenkube", $"nobody but root and you can change {AppContext.BaseDirectory}");

    private static CheckResult CheckDependencies()
    {
        var names = new[] { Assembly.GetExecutingAssembly() }.Concat(AppDomain.CurrentDomain.GetAssemblies())
            .Where(assembly => assembly.GetName().Name is { } name
                && (name.StartsWith("YamlDotNet", StringComparison.Ordinal) || name.StartsWith("BouncyCastle", StringComparison.Ordinal)
                || name.StartsWith("System.CommandLine", StringComparison.Ordinal) || name == "XenKube.Core"))
            .Select(assembly => $"{assembly.GetName().Name} {assembly.GetName().Version}").Distinct().Order(StringComparer.Ordinal);
        return Pass("dependencies", $"{string.Join(", ", names)} on .NET {Environment.Version}");
    }

    private static CheckResult CheckEnvironment()
    {
        var set = Overrides.Where(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 }).ToList();
        return set.Count == 0 ? Pass("environment", "no variable changes the programs that XenKube runs")
            : CallerEnvironment.IsRootForAnother ? Pass("environment",
                $"{string.Join(", ", set)}: ignored, because another user became root")
            : new("environment", CheckStatus.Warn, $"{string.Join(", ", set)}: set in the environment", "Unset it, unless it is meant");
    }

    private CheckResult CheckListening()
    {
        IPAddress[] open = [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(point => point.Port == options.Port)
            .Select(point => point.Address)
            .Where(address => !address.Equals(options.Address) && !IPAddress.IsLoopback(address)).Distinct()];
        return open.Length == 0
            ? Pass("listening", string.Create(CultureInfo.InvariantCulture,
                $"port {options.Port} is served at no address but {options.Address} and this machine's own"))
            : new("listening", CheckStatus.Warn, string.Create(CultureInfo.InvariantCulture,
                $"port {options.Port} is served at {string.Join(", ", open.AsEnumerable())}, which may be reached from outside the guests' network"),
                string.Create(CultureInfo.InvariantCulture,
                    $"Let the web server listen at {options.Address}:{options.Port} alone, or close the port to other networks"));
    }

    private static CheckResult Guarded(Func<CheckResult> check)
    {
        try
        {
            return check();
        }
        catch (Exception e) when (e.IsFileTrouble() || e is NetworkInformationException)
        {
            return new("files", CheckStatus.Fail, $"cannot be looked at: {Printable.Of(e.Message)}", "Run this as root");
        }
        catch (XenKubeException e)
        {
            return new("files", CheckStatus.Fail, e.Fault, e.Remedy);
        }
    }

    private static IEnumerable<string> Entries(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal) : [];

    private static string Named(List<string> reasons) => string.Join("; ", reasons.Take(MostNamed).Select(Printable.Name))
        + (reasons.Count > MostNamed ? string.Create(CultureInfo.InvariantCulture, $"; and {reasons.Count - MostNamed} more") : "");

    private static CheckResult Pass(string name, string message) => new(name, CheckStatus.Pass, message);
}
