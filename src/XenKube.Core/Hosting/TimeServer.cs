using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using XenKube.Files;
using XenKube.Hosting.Services;
using XenKube.Hosting.Time;

namespace XenKube.Hosting;

/// <summary>
/// dom0's time service, made to serve the guests' network: ntp by the guide's broadcast line, chrony by its own form of that and
/// by allowing the network, OpenNTPD by listening on dom0's address, NTPsec by allowing the network alone. NTPsec has no
/// broadcasts: the line is a syntax error there, and guests such as the guide's, which name dom0 as their server, do not need it.
/// Nothing is added where the configuration, in all of its files, serves the network already.
/// </summary>
public sealed class TimeServer
{
    // In the order in which they are preferred where nothing runs; Debian installs NTPsec as ntp.
    private static readonly Known[] Services =
    [
        new(TimeServerKind.Chrony, new ChronyLanguage(), ["/etc/chrony/chrony.conf", "/etc/chrony.conf"], "chronyd",
            ["chrony.service", "chronyd.service"], ["-f"]),
        new(TimeServerKind.NtpSec, new NtpLanguage(hasBroadcasts: false), ["/etc/ntpsec/ntp.conf"], "ntpd", ["ntpsec.service"],
            ["-c", "--configfile"]),
        new(TimeServerKind.Ntp, new NtpLanguage(hasBroadcasts: true), ["/etc/ntp.conf"], "ntpd", ["ntp.service", "ntpd.service"],
            ["-c", "--configfile"]),
        new(TimeServerKind.OpenNtpd, new OpenNtpdLanguage(), ["/etc/openntpd/ntpd.conf", "/etc/ntpd.conf"], "ntpd", ["openntpd.service"],
            ["-f"]),
    ];

    private static readonly string[] ProgramFolders = ["/usr/sbin", "/usr/local/sbin", "/sbin"];

    // Debian's ntp.conf has it with the address of an example.
    private const string Example = @"#+\s*broadcast\s+\d[0-9.]*\s*$";

    private readonly string _text;
    private readonly FileOrigin? _origin;
    private readonly HostTree _tree;

    private TimeServer(TimeServerKind kind, string path, string text, FileOrigin? origin, HostTree tree)
    {
        _origin = origin;
        _tree = tree;
        Kind = kind;
        Path = path;
        _text = text;
    }

    /// <summary>Which service it is.</summary>
    public TimeServerKind Kind { get; }

    /// <summary>Its configuration.</summary>
    public string Path { get; }

    /// <summary>Its systemd unit.</summary>
    internal string Unit { get; private init; } = "";

    /// <summary>
    /// The time service of this host: the one that runs; where none does, the one that starts with the system, or is installed. A
    /// configuration alone, as a package leaves it when it is removed, is not a service.
    /// </summary>
    /// <param name="root">Where the host's files are; <c>/</c> but in tests.</param>
    /// <returns>The service; null for none.</returns>
    public static TimeServer? Find(string root = "/")
    {
        var tree = new HostTree(root);
        foreach (var process in ServiceProcess.Named(tree, [.. Services.Select(service => service.Program).Distinct()]))
        {
            // The program is called ntpd by three of them: the unit or the configuration tells them apart.
            var file = Services.SelectMany(service => service.Options).Distinct().Select(option => Argument(process.Arguments, option))
                .FirstOrDefault(value => value is not null);
            var running = Services.FirstOrDefault(service => process.Unit is not null && service.Units.Contains(process.Unit))
                ?? Services.FirstOrDefault(service => file is not null && service.Paths.Contains(file))
                ?? Services.FirstOrDefault(service => service.Paths.Any(path => File.Exists(tree.At(path)))
                    && service.Program == process.Program);
            if (running is not null)
            {
                return Open(tree, running, process.Unit, file);
            }
        }
        var installed = Services.Select(service => (Service: service,
            Unit: service.Units.FirstOrDefault(unit => ServiceUnits.IsInstalled(tree, unit)))).ToList();
        var found = installed.FirstOrDefault(one => one.Unit is not null
            && ServiceUnits.IsEnabled(tree, one.Unit)) is { Service: not null } enabled ? enabled
            : installed.FirstOrDefault(one => one.Unit is not null) is { Service: not null } there ? there
            : installed.FirstOrDefault(one => HasProgram(tree, one.Service) && one.Service.Paths.Any(path => File.Exists(tree.At(path))));
        return found.Service is null ? null : Open(tree, found.Service, found.Unit, null);
    }

    /// <summary>Reads a configuration.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">Whose it is.</param>
    public static TimeServer Read(string path, TimeServerKind kind)
    {
        var origin = new FileOrigin(SystemFile.Read(path));
        return new(kind, path, Encoding.Latin1.GetString(origin.Bytes!), origin, HostTree.Own);
    }

    /// <summary>Reads the text of a configuration.</summary>
    /// <param name="text">The text.</param>
    /// <param name="kind">Whose it is.</param>
    /// <param name="path">The file it belongs to.</param>
    public static TimeServer Parse(string text, TimeServerKind kind, string path = "/etc/ntp.conf") =>
        new(kind, path, text, null, HostTree.Own);

    /// <summary>True when it serves the network.</summary>
    /// <param name="broadcast">The broadcast address of a network of 256 addresses, whose first is dom0's.</param>
    public bool Serves(IPAddress broadcast) => Serves(NetworkOf(broadcast), "");

    internal bool Serves(BridgeNetwork network, string bridge) => AnswerFor(network, bridge) is { IsOpen: true, Broadcasts: true };

    /// <summary>True when it answers guests that ask, whether or not it sends the time by itself.</summary>
    internal bool Answers(BridgeNetwork network) => AnswerFor(network, "").IsOpen;

    /// <summary>
    /// Makes it serve the network; where Debian's example of a broadcast line is, that line is uncommented, as the guide does by hand.
    /// </summary>
    /// <param name="broadcast">The broadcast address of a network of 256 addresses, whose first is dom0's, such as 192.168.100.255.</param>
    public TimeServer WithBroadcast(IPAddress broadcast) => WithNetwork(NetworkOf(broadcast), "");

    /// <summary>Makes it serve the network of a bridge.</summary>
    /// <param name="address">dom0's address there.</param>
    /// <param name="bridge">The bridge.</param>
    /// <exception cref="ItemInUseException">A line of the configuration keeps the service from it.</exception>
    public TimeServer WithBridge(IPAddress address, string bridge) => WithNetwork(BridgeNetwork.Of(address, bridge), bridge);

    internal TimeServer WithNetwork(BridgeNetwork network, string bridge)
    {
        var answer = AnswerFor(network, bridge);
        if (answer.Obstacle is { } line)
        {
            throw new ItemInUseException(
                ErrorIds.TimeServerClosed, line.File, string.Create(CultureInfo.InvariantCulture, $"line {line.Line}"),
                $"'{line}' keeps {Kind} from answering all guests of {network}",
                $"Take the line out, and restart {(Unit.Length > 0 ? Unit : ServiceOf(Kind).Units[0])}");
        }
        if (answer is { IsOpen: true, Broadcasts: true })
        {
            return this;
        }
        var lines = _text.Split('\n').ToList();
        if (!answer.Broadcasts)
        {
            Put(lines, Kind == TimeServerKind.Chrony ? $"broadcast 30 {network.Broadcast}" : $"broadcast {network.Broadcast}", Example);
        }
        if (!answer.IsOpen)
        {
            Put(lines, Kind switch
            {
                TimeServerKind.Chrony => $"allow {network}",
                TimeServerKind.OpenNtpd => $"listen on {network.Address}",
                _ => $"restrict {network.First} mask {network.Netmask} kod limited nomodify noquery",
            }, Kind == TimeServerKind.NtpSec ? $@"broadcast\s+{Regex.Escape(network.Broadcast.ToString())}" : null);
        }
        return new TimeServer(Kind, Path, string.Join('\n', lines), _origin, _tree) { Unit = Unit };
    }

    /// <summary>The change of the file that makes it say what this says.</summary>
    /// <param name="restart">True to restart the service.</param>
    public SystemChange ToChange(bool restart = true) => ToChange(restart, HostPrograms.Usual);

    internal SystemChange ToChange(bool restart, HostPrograms programs) =>
        new("time", [FileChange.Content(Path, Encoding.Latin1.GetBytes(_text), _origin)])
    {
        Activate = restart ? token => Restart(programs, token) : null,
    };

    /// <summary>The configuration's text.</summary>
    public override string ToString() => _text;

    private TimeAnswer AnswerFor(BridgeNetwork network, string bridge)
    {
        var language = ServiceOf(Kind).Language;
        return language.Answer(TimeDirectives.Read(_text, Path, language, _tree),
            new ServedNetwork(network.Address, network.First, network.PrefixLength, network.Broadcast, bridge));
    }

    private static BridgeNetwork NetworkOf(IPAddress broadcast) => broadcast.GetAddressBytes() is [var a, var b, var c, _]
        ? new BridgeNetwork(new IPAddress([a, b, c, 1]), BridgeNetwork.UsualPrefix)
        : throw new InvalidInputException(ErrorIds.AddressInvalid, null, null, $"{broadcast} is not an IPv4 broadcast address",
            "Give one like 192.168.100.255");

    private static Known ServiceOf(TimeServerKind kind) => Services.First(service => service.Kind == kind);

    private static TimeServer? Open(HostTree tree, Known service, string? unit, string? file)
    {
        var path = tree.At(file ?? service.Paths.FirstOrDefault(path => File.Exists(tree.At(path))) ?? service.Paths[0]);
        var origin = FileOrigin.Of(path);
        return new(service.Kind, path, Encoding.Latin1.GetString(origin.Bytes ?? []), origin, tree) { Unit = unit ?? service.Units[0] };
    }

    private static string? Argument(IReadOnlyList<string> arguments, string option)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var isShort = option.Length == 2;
            var value = arguments[i] == option && i + 1 < arguments.Count ? arguments[i + 1]
                : isShort && arguments[i].Length > 2 && arguments[i].StartsWith(option, StringComparison.Ordinal) ? arguments[i][2..]
                : !isShort && arguments[i].StartsWith($"{option}=", StringComparison.Ordinal) ? arguments[i][(option.Length + 1)..] : null;
            if (value is ['/', ..])
            {
                return value;
            }
        }
        return null;
    }

    private static bool HasProgram(HostTree tree, Known service) =>
        ProgramFolders.Any(folder => File.Exists(tree.At($"{folder}/{service.Program}")));

    private void Restart(HostPrograms programs, CancellationToken cancellationToken)
    {
        var units = ServiceOf(Kind).Units;
        var unit = Unit.Length > 0 ? Unit : units.FirstOrDefault(unit => ServiceUnits.IsInstalled(_tree, unit)) ?? units[0];
        ServiceControl.Run(programs, ["restart", unit], unit, TimeSpan.FromSeconds(60), cancellationToken);
    }

    /// <summary>Puts a line in: in the place of one that it replaces, else at the end.</summary>
    private static void Put(List<string> lines, string wanted, string? replaced)
    {
        var place = replaced is null ? -1 : lines.FindIndex(line =>
            Regex.IsMatch(line, $@"^\s*{replaced}(\s|$)",
                RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(PatternLimit.Milliseconds)));
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

    /// <summary>A time service that can serve a network.</summary>
    /// <param name="Kind">Which one.</param>
    /// <param name="Language">How its configuration is read.</param>
    /// <param name="Paths">Where that is, the usual place first.</param>
    /// <param name="Program">Its program.</param>
    /// <param name="Units">Its units.</param>
    /// <param name="Options">The options of its command line that name the configuration.</param>
    private sealed record Known(TimeServerKind Kind, TimeLanguage Language, string[] Paths, string Program, string[] Units,
        string[] Options);
}
