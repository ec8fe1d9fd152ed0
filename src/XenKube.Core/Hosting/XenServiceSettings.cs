using System.Text;
using XenKube.Files;

namespace XenKube.Hosting;

/// <summary>
/// Settings of Xen's services on Debian: whether xenconsoled logs the guests' consoles (/etc/default/xen), and what xendomains does with
/// guests when dom0 shuts down (/etc/default/xendomains). Both are shell variables, of which the last assignment counts.
/// </summary>
internal static class XenServiceSettings
{
    /// <summary>The words for both: xendomains shuts guests down, or saves them.</summary>
    public const string Stop = "stop", Save = "save";

    private const string ConsoleFile = "etc/default/xen", ConsoleVariable = "XENCONSOLED_ARGS";
    private const string DomainsFile = "etc/default/xendomains", SaveVariable = "XENDOMAINS_SAVE";
    private const string RotationFile = "etc/logrotate.d/xenkube-console", SaveFolder = "/var/lib/xen/save";

    // xenconsoled opens its logs again on SIGHUP, and makes them itself.
    private const string Rotation = """
        /var/log/xen/console/*.log {
                weekly
                rotate 4
                maxsize 10M
                missingok
                notifempty
                nocreate
                compress
                delaycompress
                sharedscripts
                postrotate
                        /usr/bin/pkill -HUP -x xenconsoled || true
                endscript
        }

        """;

    /// <summary>Options with which xenconsoled logs what guests write.</summary>
    public static IReadOnlyList<string> Logging { get; } = ["--log=guest", "--log=all"];

    /// <summary>True if a text has xenconsoled log what guests write, once it is started with it.</summary>
    /// <param name="text">/etc/default/xen.</param>
    public static bool Logs(string text) => ValueOf(text, ConsoleVariable) is { } value
        && value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Any(Logging.Contains);

    /// <summary>The files that switch the log on and rotate it; none on a host without Xen's settings.</summary>
    /// <param name="root">Where /etc is.</param>
    public static IReadOnlyList<FileChange> WithLog(string root)
    {
        var path = Path.Combine(root, ConsoleFile);
        var origin = FileOrigin.Of(path);
        if (origin.Bytes is not { } bytes)
        {
            return [];
        }
        var text = Encoding.Latin1.GetString(bytes);
        var value = ValueOf(text, ConsoleVariable) ?? "";
        var others = value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(option => !option.StartsWith("--log=", StringComparison.Ordinal));
        // A log of the hypervisor is kept beside that of the guests.
        var level = value.Contains("--log=hv", StringComparison.Ordinal) ? "--log=all" : "--log=guest";
        var after = Logs(text) ? text : With(text, ConsoleVariable, string.Join(' ', others.Append(level)));
        return
        [
            FileChange.Content(path, Encoding.Latin1.GetBytes(after), origin),
            .. Directory.Exists(Path.Combine(root, "etc/logrotate.d")) && !IsRotated(root)
                ? [FileChange.Content(Path.Combine(root, RotationFile), Encoding.UTF8.GetBytes(Rotation))] : Array.Empty<FileChange>(),
        ];
    }

    /// <summary>The file that has xendomains stop or save guests; null on a host without it.</summary>
    /// <param name="root">Where /etc is.</param>
    /// <param name="wanted">stop or save.</param>
    public static FileChange? WithShutdown(string root, string wanted)
    {
        var path = Path.Combine(root, DomainsFile);
        var origin = FileOrigin.Of(path);
        if (origin.Bytes is not { } bytes)
        {
            return null;
        }
        var text = Encoding.Latin1.GetString(bytes);
        var saves = ValueOf(text, SaveVariable) is ['/', ..];
        var after = saves == (wanted == Save) ? text : With(text, SaveVariable, wanted == Save ? SaveFolder : "");
        return FileChange.Content(path, Encoding.Latin1.GetBytes(after), origin);
    }

    /// <summary>True if some file of logrotate is for the consoles.</summary>
    private static bool IsRotated(string root) => Directory.EnumerateFiles(Path.Combine(root, "etc/logrotate.d"))
        .Any(file => (WholeFile.TryReadText(file) ?? "").Contains("/var/log/xen/console", StringComparison.Ordinal)
            || (WholeFile.TryReadText(file) ?? "").Contains("/var/log/xen/*/", StringComparison.Ordinal));

    private static string? ValueOf(string text, string variable) => text.Split('\n').Select(line => line.Trim())
        .LastOrDefault(line => line.StartsWith($"{variable}=", StringComparison.Ordinal))?[(variable.Length + 1)..] is not { } value ? null
        : value is ['"' or '\'', .. var quoted] && quoted.IndexOf(value[0], StringComparison.Ordinal) is var end and >= 0
            ? quoted[..end] : value.Split('#')[0].Trim();

    /// <summary>The text with another value in the last assignment, or with an assignment at the end.</summary>
    private static string With(string text, string variable, string value)
    {
        var lines = text.Split('\n').ToList();
        var assignment = $"{variable}=\"{value}\"";
        var at = lines.FindLastIndex(line => line.TrimStart().StartsWith($"{variable}=", StringComparison.Ordinal));
        if (at >= 0)
        {
            lines[at] = assignment;
            return string.Join('\n', lines);
        }
        return $"{text}{(text.Length == 0 || text.EndsWith('\n') ? "" : "\n")}{assignment}\n";
    }
}
