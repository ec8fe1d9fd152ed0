using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using XenKube.Posix;

namespace XenKube.Hosting;

/// <summary>
/// dom0's time service, made to serve the guests' network: ntp by the guide's broadcast line, chrony by its own form of that and
/// by allowing the network, NTPsec by allowing the network alone. NTPsec has no broadcasts: the line is a syntax error there, and
/// guests such as the guide's, which name dom0 as their server, do not need it.
/// </summary>
public sealed class TimeServer
{
    private static readonly (TimeServerKind Kind, string Path, string[] Units)[] Known =
    [
        (TimeServerKind.NtpSec, "/etc/ntpsec/ntp.conf", ["ntpsec.service"]),
        (TimeServerKind.Ntp, "/etc/ntp.conf", ["ntp.service"]),
        (TimeServerKind.Chrony, "/etc/chrony/chrony.conf", ["chrony.service", "chronyd.service"]),
    ];

    // Debian's ntp.conf has it with the address of an example.
    private const string Example = @"#+\s*broadcast\s+\d[0-9.]*\s*$";

    private readonly string _text;
    private readonly FileOrigin? _origin;

    private TimeServer(TimeServerKind kind, string path, string text, FileOrigin? origin)
    {
        _origin = origin;
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
    public static TimeServer Read(string path, TimeServerKind kind)
    {
        var origin = new FileOrigin(SystemFile.Read(path));
        return new(kind, path, Encoding.Latin1.GetString(origin.Bytes!), origin);
    }

    /// <summary>Reads the text of a configuration.</summary>
    /// <param name="text">The text.</param>
    /// <param name="kind">Whose it is.</param>
    /// <param name="path">The file it belongs to.</param>
    public static TimeServer Parse(string text, TimeServerKind kind, string path = "/etc/ntp.conf") => new(kind, path, text, null);

    /// <summary>True when it serves the network.</summary>
    /// <param name="broadcast">The network's broadcast address.</param>
    public bool Serves(IPAddress broadcast) => WithBroadcast(broadcast)._text == _text;

    /// <summary>Makes it serve the network; where Debian's example of a broadcast line is, that line is uncommented, as the guide does by hand.</summary>
    /// <param name="broadcast">The network's broadcast address, such as 192.168.100.255.</param>
    public TimeServer WithBroadcast(IPAddress broadcast)
    {
        var bytes = broadcast.GetAddressBytes();
        if (bytes is not [var a, var b, var c, _])
        {
            throw new InvalidInputException(ErrorIds.AddressInvalid, null, null, $"{broadcast} is not an IPv4 broadcast address", "Give one like 192.168.100.255");
        }
        var lines = _text.Split('\n').ToList();
        var network = string.Create(CultureInfo.InvariantCulture, $"{a}.{b}.{c}.0");
        switch (Kind)
        {
            case TimeServerKind.NtpSec:
                Put(lines, $"restrict {network} mask 255.255.255.0 kod limited nomodify noquery",
                    $@"restrict\s+{Regex.Escape(network)}(/24|\s+mask\s+255\.255\.255\.0)(?!.*\b(ignore|noserve)\b)", $@"broadcast\s+{Regex.Escape(broadcast.ToString())}");
                break;
            case TimeServerKind.Chrony:
                Put(lines, $"broadcast 30 {broadcast}", $@"broadcast\s+\d+\s+{Regex.Escape(broadcast.ToString())}", Example);
                Put(lines, $"allow {network}/24", $@"allow(\s+all|\s+{Regex.Escape(network)}/24)?\s*$", null);
                break;
            default:
                Put(lines, $"broadcast {broadcast}", $@"broadcast\s+{Regex.Escape(broadcast.ToString())}", Example);
                break;
        }
        return new TimeServer(Kind, Path, string.Join('\n', lines), _origin);
    }

    /// <summary>The change of the file that makes it say what this says.</summary>
    /// <param name="restart">True to restart the service.</param>
    public SystemChange ToChange(bool restart = true) => ToChange(restart, HostPrograms.Usual);

    internal SystemChange ToChange(bool restart, HostPrograms programs) => new("time", [FileChange.Content(Path, Encoding.Latin1.GetBytes(_text), _origin)])
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

    /// <summary>Puts a line in, unless one that does the same is there: in the place of one it replaces, else at the end.</summary>
    private static void Put(List<string> lines, string wanted, string same, string? replaced)
    {
        bool IsLike(string line, string pattern) => Regex.IsMatch(line, $@"^\s*{pattern}(\s|$)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        if (lines.Exists(line => IsLike(line, same)))
        {
            return;
        }
        var place = replaced is null ? -1 : lines.FindIndex(line => IsLike(line, replaced));
        if (place >= 0)
        {
            lines[place] = wanted + (lines[place].EndsWith('\r') ? "\r" : "");
        }
        else if (lines[^1].Length == 0)
        {
            lines.Insert(lines.Count - 1, wanted);
        }
        else
        {
            lines.Add(wanted);
            lines.Add("");
        }
    }
}
