using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace XenKube.Hosting;

/// <summary>dom0's time service, made to serve the guests' network by the guide's broadcast line; for chrony, by allowing the network as well.</summary>
public sealed partial class TimeServer
{
    private static readonly (TimeServerKind Kind, string Path, string[] Units)[] Known =
    [
        (TimeServerKind.NtpSec, "/etc/ntpsec/ntp.conf", ["ntpsec.service"]),
        (TimeServerKind.Ntp, "/etc/ntp.conf", ["ntp.service"]),
        (TimeServerKind.Chrony, "/etc/chrony/chrony.conf", ["chrony.service", "chronyd.service"]),
    ];

    private readonly string _text;

    private TimeServer(TimeServerKind kind, string path, string text)
    {
        Kind = kind;
        Path = path;
        _text = text;
    }

    /// <summary>Which service it is.</summary>
    public TimeServerKind Kind { get; }

    /// <summary>Its configuration.</summary>
    public string Path { get; }

    /// <summary>The time service this host has; null for none.</summary>
    /// <param name="root">Where the host's files are; <c>/</c> but in tests.</param>
    public static TimeServer? Find(string root = "/")
    {
        foreach (var (kind, path, _) in Known)
        {
            var full = System.IO.Path.Combine(root, path[1..]);
            if (FileStatus.Of(full) is { IsRegularFile: true })
            {
                return Read(full, kind);
            }
        }
        return null;
    }

    /// <summary>Reads a configuration.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">Whose it is.</param>
    public static TimeServer Read(string path, TimeServerKind kind) => new(kind, path, Encoding.Latin1.GetString(SystemFile.Read(path)));

    /// <summary>Reads the text of a configuration.</summary>
    /// <param name="text">The text.</param>
    /// <param name="kind">Whose it is.</param>
    /// <param name="path">The file it belongs to.</param>
    public static TimeServer Parse(string text, TimeServerKind kind, string path = "/etc/ntp.conf") => new(kind, path, text);

    /// <summary>True when it serves the network.</summary>
    /// <param name="broadcast">The network's broadcast address.</param>
    public bool Serves(IPAddress broadcast) => WithBroadcast(broadcast)._text == _text;

    /// <summary>Makes it broadcast the time; where Debian's example line is, that line is uncommented, as the guide does by hand.</summary>
    /// <param name="broadcast">The network's broadcast address, such as 192.168.100.255.</param>
    public TimeServer WithBroadcast(IPAddress broadcast)
    {
        var lines = _text.Split('\n').ToList();
        var wanted = Kind == TimeServerKind.Chrony ? $"broadcast 30 {broadcast}" : $"broadcast {broadcast}";
        var active = Kind == TimeServerKind.Chrony
            ? new Regex(@"^\s*broadcast\s+\d+\s+" + Regex.Escape(broadcast.ToString()) + @"(\s|$)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))
            : new Regex(@"^\s*broadcast\s+" + Regex.Escape(broadcast.ToString()) + @"(\s|$)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        if (!lines.Exists(active.IsMatch))
        {
            var example = lines.FindIndex(Example().IsMatch);
            if (example >= 0)
            {
                lines[example] = wanted + (lines[example].EndsWith('\r') ? "\r" : "");
            }
            else
            {
                Append(lines, wanted);
            }
        }
        if (Kind == TimeServerKind.Chrony)
        {
            var bytes = broadcast.GetAddressBytes();
            var allow = string.Create(CultureInfo.InvariantCulture, $"allow {bytes[0]}.{bytes[1]}.{bytes[2]}.0/24");
            if (!lines.Exists(line => line.Trim() == allow || line.Trim() is "allow" or "allow all"))
            {
                Append(lines, allow);
            }
        }
        return new TimeServer(Kind, Path, string.Join('\n', lines));
    }

    /// <summary>The change of the file that makes it say what this says.</summary>
    /// <param name="restart">True to restart the service.</param>
    public SystemChange ToChange(bool restart = true) => ToChange(restart, HostPrograms.Usual);

    internal SystemChange ToChange(bool restart, HostPrograms programs) => new("time", [FileChange.Content(Path, Encoding.Latin1.GetBytes(_text))])
    {
        Activate = restart ? token => Restart(programs, token) : null,
    };

    /// <summary>The configuration's text.</summary>
    public override string ToString() => _text;

    private void Restart(HostPrograms programs, CancellationToken cancellationToken)
    {
        var units = Known.First(known => known.Kind == Kind).Units;
        var unit = ServiceControl.FindUnit(units) ?? units[0];
        ServiceControl.Run(programs, ["restart", unit], unit, TimeSpan.FromSeconds(60), cancellationToken);
    }

    private static void Append(List<string> lines, string line)
    {
        if (lines[^1].Length == 0)
        {
            lines.Insert(lines.Count - 1, line);
        }
        else
        {
            lines.Add(line);
            lines.Add("");
        }
    }

    [GeneratedRegex(@"^\s*#+\s*broadcast\s+\d[0-9.]*\s*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Example();
}
