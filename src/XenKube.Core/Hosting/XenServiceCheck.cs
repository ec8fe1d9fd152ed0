using XenKube.Files;
using XenKube.Guests;

namespace XenKube.Hosting;

/// <summary>
/// Checks of Xen's services on dom0: whether guests' consoles are logged, and what happens to guests when the host shuts down.
/// </summary>
internal static class XenServiceCheck
{
    private const string ConsoleDaemon = "xenconsoled", Settings = "etc/default/xen";

    /// <summary>Whether xenconsoled logs what guests write; null on a host without it.</summary>
    /// <param name="system">Where /proc and /etc are.</param>
    public static CheckResult? CheckConsole(string system)
    {
        const string name = "console";
        var running = Arguments(system);
        var settings = WholeFile.TryReadText(Path.Combine(system, Settings));
        if (running is null && settings is null)
        {
            return null;
        }
        // The process shows what is logged now. Without a process, the settings show what will be.
        var isSet = settings is not null && XenServiceSettings.Logs(settings);
        var logs = running?.Any(XenServiceSettings.Logging.Contains) ?? isSet;
        return logs ? new(name, CheckStatus.Pass, "xenconsoled logs the guests' consoles in /var/log/xen/console")
            : isSet ? new(name, CheckStatus.Warn,
                "xenconsoled was started before its log was switched on, and does not log the guests' consoles yet",
                "Restart xenconsoled, or dom0 when that suits")
            : new(name, CheckStatus.Warn, "xenconsoled does not log the guests' consoles: nothing shows why a guest does not come up",
                settings is null ? (Remedy)$"Start xenconsoled with {XenServiceSettings.Logging[0]}"
                    : $"Switch the log on: {new RemedyAction(RemedyActionKind.SetUpHost, name)}");
    }

    /// <summary>What xendomains does with running guests when dom0 shuts down; null on a host without it.</summary>
    /// <param name="system">Where /etc is.</param>
    public static CheckResult? CheckShutdown(string system) => XendomainsSettings.Read(system) is not { } settings ? null
        : new("shutdown", CheckStatus.Pass, settings.SaveFolder is { } folder
            ? $"when dom0 shuts down, xendomains saves running guests to {Printable.Of(folder)}; their disks cannot be changed until the guests are restored"
            : "when dom0 shuts down, xendomains shuts running guests down");

    private static string[]? Arguments(string system)
    {
        try
        {
            return Directory.GetDirectories(Path.Combine(system, "proc"))
                .Where(folder => Path.GetFileName(folder).All(char.IsAsciiDigit))
                .Select(folder => (WholeFile.TryReadText(Path.Combine(folder, "cmdline")) ?? "")
                    .Split('\0', StringSplitOptions.RemoveEmptyEntries))
                .FirstOrDefault(arguments => arguments.Length > 0 && Path.GetFileName(arguments[0]) == ConsoleDaemon);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
    }
}
