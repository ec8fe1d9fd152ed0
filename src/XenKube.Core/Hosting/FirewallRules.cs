using System.Globalization;
using System.Net;
using System.Text;
using XenKube.Files;
using XenKube.Firewall;
using XenKube.Hosting.Services;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>
/// The rules of a file that the host's firewall is loaded from. What becomes of a packet is found by walking it through all of them;
/// an edit adds the smallest rule in the place that decides, and the rest keeps every byte. Immutable: each change gives a new one.
/// </summary>
public abstract partial class FirewallRules
{
    /// <summary>Where Debian's iptables-persistent keeps the rules of IPv4.</summary>
    public const string DefaultPath = "/etc/iptables/rules.v4";

    /// <summary>What Debian's nftables.service loads.</summary>
    public const string NftablesPath = "/etc/nftables.conf";

    /// <summary>Where Debian's iptables-persistent keeps the rules for a family of addresses.</summary>
    /// <param name="address">An address of the guests' network.</param>
    public static string UsualPath(IPAddress address) => address is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 }
        ? "/etc/iptables/rules.v6" : DefaultPath;

    /// <summary>The files that the host's firewall is loaded from when it boots: one, or two where both services are enabled.</summary>
    /// <param name="address">An address of the guests' network.</param>
    /// <param name="root">Where the host's files are; <c>/</c> but in tests.</param>
    public static IReadOnlyList<string> UsualPaths(IPAddress address, string root = "/")
    {
        var iptables = UsualPath(address);
        var tree = new HostTree(root);
        bool Has(string path) => File.Exists(tree.At(path));
        var loadsNft = Has(NftablesPath) && ServiceUnits.IsEnabled(tree, NftablesFirewall.ServiceUnit);
        var loadsIptables = Has(iptables) && (!loadsNft || ServiceUnits.IsEnabled(tree, IptablesFirewall.ServiceUnit));
        return (loadsIptables, loadsNft) switch
        {
            (true, true) => [iptables, NftablesPath],
            (true, false) => [iptables],
            (false, true) => [NftablesPath],
            _ => [Has(NftablesPath) ? NftablesPath : iptables],
        };
    }

    private protected static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly ServiceNames _services = new();

    private protected FirewallRules(string path, string text, FileOrigin? origin) => (Path, Content, Origin) = (path, text, origin);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The rules of all tables in the order of the file.</summary>
    public abstract IReadOnlyList<FirewallRule> Rules { get; }

    /// <summary>The unit of systemd that loads the file.</summary>
    internal abstract string Unit { get; }

    /// <summary>The command of systemctl that has the file loaded.</summary>
    private protected virtual string LoadCommand => "restart";

    private protected string Content { get; }

    private protected FileOrigin? Origin { get; }

    private protected abstract Ruleset Ruleset { get; }

    /// <summary>Reads a file of rules.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ItemNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidInputException">A line cannot be read.</exception>
    public static FirewallRules Read(string path = DefaultPath)
    {
        var origin = FileOrigin.Of(path);
        return origin.Bytes is { } bytes
            ? Make(path, Encoding.Latin1.GetString(bytes), origin)
            : throw new ItemNotFoundException(ErrorIds.FileNotFound, path, null, "there is no such file",
                "Install iptables-persistent or nftables, which write it, or name the file that your firewall is loaded from");
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

    internal SystemChange ToChange(bool load, HostPrograms programs) => new("firewall", ToFiles())
    {
        CheckBefore = token => Test(programs, token),
        CheckAfter = IsTestedInPlace ? token => TestInPlace(programs, token) : null,
        Activate = load ? token => ServiceControl.Run(programs, [LoadCommand, Unit], Unit, Timeout, token) : null,
    };

    /// <summary>Lets the firewall's own program judge the rules, without loading them.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationFailedException">It does not accept them, or cannot be run.</exception>
    public void Test(CancellationToken cancellationToken = default) => Test(HostPrograms.Usual, cancellationToken);

    /// <summary>The file's text.</summary>
    public override string ToString() => Content;

    /// <summary>The files that change.</summary>
    internal virtual IEnumerable<FileChange> ToFiles() => [FileChange.Content(Path, Encoding.Latin1.GetBytes(Content), Origin)];

    /// <summary>True where the firewall's program can only test files in their place.</summary>
    private protected virtual bool IsTestedInPlace => false;

    private protected virtual void TestInPlace(HostPrograms programs, CancellationToken cancellationToken)
    {
    }

    private protected abstract void Test(HostPrograms programs, CancellationToken cancellationToken);

    /// <summary>A rule in the words of the firewall's program.</summary>
    private protected abstract string Word(FirewallRuleText rule, string table, string chain);

    /// <summary>The same with a rule before another one of a chain, or at the chain's end.</summary>
    private protected abstract FirewallRules WithRule(Chain chain, int index, FirewallRuleText rule);

    /// <summary>The same with a chain for destinations, where there is none; else null.</summary>
    private protected abstract FirewallRules? WithNat(GuestSubnet network);

    /// <summary>The same without rules.</summary>
    private protected abstract FirewallRules Without(IReadOnlyList<Rule> rules);

    /// <summary>What a rule says of ports that it sends to a guest; empty for another rule.</summary>
    private protected IEnumerable<FirewallForward> ForwardsOf(Rule rule)
    {
        var fields = FieldsOf(rule);
        return rule.Action is RuleAction.Translate { Address: { } to } action && fields.Protocol is ("tcp" or "udp")
            && !fields.ArePortsNegated ? fields.Ports.Select(text => Services.Parse(text)).OfType<PortRange>().Select(ports =>
                new FirewallForward(ports, to, action.Port is { } port && port != ports ? port : null, fields.Protocol)
                {
                    Address = HostOf(fields.Destination),
                    InInterface = fields.InInterface is { Length: > 0 } and not ['!', ..] ? fields.InInterface : null,
                }) : [];
    }

    /// <summary>The parts of a rule.</summary>
    private protected abstract RuleFields FieldsOf(Rule rule);

    /// <summary>The names of ports that the rules may use.</summary>
    private protected abstract ServiceNames Services { get; }

    /// <summary>The address that a rule's destination is; null where it is none.</summary>
    private protected virtual IPAddress? HostOf(string destination) => IPAddress.TryParse(destination, out var address) ? address : null;

    /// <summary>A rule as users see it.</summary>
    private protected FirewallRule ToRule(Rule rule)
    {
        var fields = FieldsOf(rule);
        return new FirewallRule(fields.Table, fields.Chain, fields.Protocol, fields.InInterface, fields.OutInterface, fields.Source,
            fields.Destination, fields.Ports, fields.Target, rule.Line, rule.Text);
    }

    /// <summary>Where a DNAT rule leads to, as iptables and nft write it.</summary>
    private protected static string TargetText(IPAddress address, PortRange? port) => port is not { } to ? $"{address}"
        : $"{(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address)}:{to}";

    /// <summary>True if the tables of a chain take rules that accept.</summary>
    private protected abstract bool IsFilter(Chain chain);

    /// <summary>The table that rules of people are in, where nothing else is known.</summary>
    private protected abstract string UsualTable { get; }

    /// <summary>What becomes of each packet that has to arrive.</summary>
    private protected List<(Packet Packet, PacketFate Fate)> Fates(FirewallPort port, GuestSubnet network, Answer unknownIs)
    {
        var packets = new FirewallPackets(network);
        var walk = new PacketWalk(Ruleset, packets.RouteTo);
        // Which answers pass through dom0 is not part of opening a port of the guests.
        return [.. packets.For(port, Ruleset).Select(packet => (packet, AfterDiscovery(port.IsForward
            ? walk.Run(packet, packet.Destination, packet.DestinationPort, unknownIs)
            : walk.RunBothWays(packet, packet.Destination, packet.DestinationPort, unknownIs), walk, network, unknownIs)))];
    }

    /// <summary>The fate of a packet, or that of a message without which nobody can send it.</summary>
    private static PacketFate AfterDiscovery(PacketFate fate, PacketWalk walk, GuestSubnet network, Answer unknownIs) =>
        fate is not { Kind: FateKind.Open, Packet: { } arrived } ? fate
            : new NeighbourDiscovery(network).For(arrived)
                .Select(message => walk.Run(message, message.Destination, message.DestinationPort, unknownIs))
                .FirstOrDefault(found => found.Kind != FateKind.Open) is { } blocked
            ? blocked with { IsOfDiscovery = true, Reason = $"{blocked.Reason}, for neighbour discovery" } : fate;

    private static FirewallRules Make(string path, string text, FileOrigin? origin) =>
        NftablesFirewall.IsFormatOf(path, text) ? new NftablesFirewall(path, text, origin) : new IptablesFirewall(path, text, origin);

    private static FirewallVerdict Verdict(FirewallPort port, FirewallStatus status, PacketFate fate, IEnumerable<Packet> closed, int count)
    {
        var senders = closed.Select(packet => packet.Source).Distinct().ToList();
        var some = senders.Count > 0 && senders.Count < count && status == FirewallStatus.Closed
            ? string.Create(CultureInfo.InvariantCulture,
                $", for {senders[0]}{(senders.Count > 1 ? $" and {senders.Count - 1} others" : "")}") : "";
        return new FirewallVerdict(port, status, fate.Reason + some, fate.Rule?.Line
            ?? (fate.Path.Count > 0 ? fate.Path[0].Chain.Line : 0));
    }
}
