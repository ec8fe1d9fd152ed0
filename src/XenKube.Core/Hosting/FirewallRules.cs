using System.Globalization;
using System.Net;
using System.Text;
using XenKube.Firewall;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>
/// The rules of a file that the host's firewall is loaded from. What becomes of a packet is found by walking it through all of them;
/// an edit adds the smallest rule in the place that decides, and the rest keeps every byte. Immutable: each change gives a new one.
/// </summary>
public abstract class FirewallRules
{
    /// <summary>Where Debian's iptables-persistent keeps the rules of IPv4.</summary>
    public const string DefaultPath = "/etc/iptables/rules.v4";

    /// <summary>Where Debian's iptables-persistent keeps the rules for a family of addresses.</summary>
    /// <param name="address">An address of the guests' network.</param>
    public static string UsualPath(IPAddress address) => address is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 }
        ? "/etc/iptables/rules.v6" : DefaultPath;

    private protected static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly ServiceNames _services = new();

    private protected FirewallRules(string path, string text, FileOrigin? origin) => (Path, Content, Origin) = (path, text, origin);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The rules of all tables in the order of the file.</summary>
    public abstract IReadOnlyList<FirewallRule> Rules { get; }

    /// <summary>The unit of systemd that loads the file.</summary>
    internal abstract string Unit { get; }

    private protected string Content { get; }

    private protected FileOrigin? Origin { get; }

    private protected abstract Ruleset Ruleset { get; }

    /// <summary>Reads a file of rules.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ItemNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidInputException">A line cannot be read.</exception>
    public static FirewallRules Read(string path = DefaultPath)
    {
        var origin = FileOrigin.Of(path);
        return origin.Bytes is { } bytes
            ? Make(path, Encoding.Latin1.GetString(bytes), origin)
            : throw new ItemNotFoundException(ErrorIds.FileNotFound, path, null, "there is no such file",
                "Install iptables-persistent, which writes it, or name the file that your firewall is loaded from");
    }

    /// <summary>Reads the text of a file of rules.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The file it belongs to.</param>
    public static FirewallRules Parse(string text, string path = DefaultPath) => Make(path, text, null);

    /// <summary>True if the ports of a rule include one, by number, by name or in a range.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="port">The port.</param>
    public bool Covers(FirewallRule rule, int port)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule.Ports.Any(text => _services.Parse(text) is { } range && range.Contains(port));
    }

    /// <summary>What becomes of the packets to a port.</summary>
    /// <param name="port">The port, and for whom.</param>
    /// <param name="network">The guests' network.</param>
    public FirewallVerdict Judge(FirewallPort port, GuestSubnet network)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(network);
        var fates = Fates(port, network, Answer.Unknown);
        return fates.Find(one => one.Fate.Kind == FateKind.Closed) is { Fate: not null } closed
            ? Verdict(port, FirewallStatus.Closed, closed.Fate,
                fates.Where(one => one.Fate.Kind == FateKind.Closed).Select(one => one.Packet), fates.Count)
            : fates.Find(one => one.Fate.Kind == FateKind.CannotTell) is { Fate: not null } unclear
            ? Verdict(port, FirewallStatus.CannotTell, unclear.Fate, [], fates.Count)
            : new FirewallVerdict(port, FirewallStatus.Open, fates[0].Fate.Reason, fates[0].Fate.Rule?.Line ?? 0);
    }

    /// <summary>True if the guests of the guide's network reach the port.</summary>
    /// <param name="port">The port, and for whom.</param>
    public bool IsOpen(FirewallPort port) => Judge(port, GuestSubnet.Of(IPAddress.Parse(GuideDefaults.Address))).IsOpen;

    /// <summary>Opens a port for those who are meant; nothing changes if it is open already.</summary>
    /// <param name="port">The port, and for whom.</param>
    /// <param name="network">The guests' network; null for the guide's.</param>
    /// <exception cref="OperationFailedException">A rule that is not understood decides, or one for some guests only, or one of a table
    /// that cannot open ports.</exception>
    public FirewallRules WithPort(FirewallPort port, GuestSubnet? network = null)
    {
        ArgumentNullException.ThrowIfNull(port);
        FirewallEdit.Check(port);
        return Open(port, network ?? GuestSubnet.Of(IPAddress.Parse(GuideDefaults.Address)));
    }

    /// <summary>
    /// The change of the file that makes it say what this says: tested by the firewall's own program before the file is replaced.
    /// </summary>
    /// <param name="load">True to make the firewall load the rules.</param>
    public SystemChange ToChange(bool load = true) => ToChange(load, HostPrograms.Usual);

    internal SystemChange ToChange(bool load, HostPrograms programs) =>
        new("firewall", [FileChange.Content(Path, Encoding.Latin1.GetBytes(Content), Origin)])
    {
        CheckBefore = token => Test(programs, token),
        Activate = load ? token => ServiceControl.Run(programs, ["restart", Unit], Unit, Timeout, token) : null,
    };

    /// <summary>Lets the firewall's own program judge the rules, without loading them.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationFailedException">It does not accept them, or cannot be run.</exception>
    public void Test(CancellationToken cancellationToken = default) => Test(HostPrograms.Usual, cancellationToken);

    /// <summary>The file's text.</summary>
    public override string ToString() => Content;

    private protected abstract void Test(HostPrograms programs, CancellationToken cancellationToken);

    private protected abstract FirewallRules Open(FirewallPort port, GuestSubnet network);

    /// <summary>What becomes of each packet that has to arrive.</summary>
    private protected List<(Packet Packet, PacketFate Fate)> Fates(FirewallPort port, GuestSubnet network, Answer unknownIs)
    {
        var packets = new FirewallPackets(network);
        var walk = new PacketWalk(Ruleset, packets.RouteTo);
        return [.. packets.For(port, Ruleset).Select(packet =>
            (packet, walk.Run(packet, packet.Destination, packet.DestinationPort, unknownIs)))];
    }

    private static IptablesFirewall Make(string path, string text, FileOrigin? origin) => new IptablesFirewall(path, text, origin);

    private static FirewallVerdict Verdict(FirewallPort port, FirewallStatus status, PacketFate fate, IEnumerable<Packet> closed, int count)
    {
        var senders = closed.Select(packet => packet.Source).Distinct().ToList();
        var some = senders.Count > 0 && senders.Count < count && status == FirewallStatus.Closed
            ? string.Create(CultureInfo.InvariantCulture,
                $", for {senders[0]}{(senders.Count > 1 ? $" and {senders.Count - 1} others" : "")}") : "";
        return new FirewallVerdict(port, status, fate.Reason + some, fate.Rule?.Line
            ?? (fate.Path.Count > 0 ? fate.Path[^1].Chain.Line : 0));
    }
}
