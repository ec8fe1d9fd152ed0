using System.CommandLine;
using System.Net;
using XenKube.Cli.Output.Json;
using XenKube.Clusters;
using XenKube.Hosting;
using XenKube.Networks;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube host forward</c>: ports of dom0 that lead to guests.</summary>
internal static class HostForwardCommands
{
    private static readonly Argument<string> Port = new("PORT") { Description = "dom0's port, or a range such as 31000-31999." };
    private static readonly Argument<string?> Ports = new("PORT")
        { Arity = ArgumentArity.ZeroOrOne, Description = "dom0's port, or a range such as 31000-31999; not with --guide." };
    private static readonly Argument<string?> To = new("GUEST")
        { Arity = ArgumentArity.ZeroOrOne, Description = "The guest's address, with :PORT where its port is another one." };
    private static readonly Option<bool> Guide = new("--guide")
        { Description = "All forwards of the guide: ssh at 80NN, the API servers at 810N, the node ports 31000 to 39999." };
    private static readonly Option<string?> Address = new("--address")
        { Description = "The address of this host that the packets are sent to (default: all its addresses).", HelpName = "IP" };
    private static readonly Option<string?> InInterface = new("--in-interface")
        { Description = "The interface by which the packets come in (default: any).", HelpName = "NAME" };
    private static readonly Option<string> Protocol = new("--protocol")
        { Description = "tcp or udp (default: tcp).", HelpName = "NAME", DefaultValueFactory = _ => "tcp" };

    public static Command Create(Option<string?> file, Option<bool> noActivate)
    {
        var list = new Command("list", "List the ports that lead to guests, and whether packets from outside arrive.")
            { file, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(list, run => List(run, FileOf(run, file)));
        var add = new Command("add", "Let a port of dom0 lead to a guest, by the smallest rules in the file of firewall rules.")
            { Ports, To, Guide, Address, InInterface, Protocol, file, noActivate, StandardOptions.XenDir };
        CommandRun.Handle(add, run => Add(run, FileOf(run, file), !run.Get(noActivate)));
        var remove = new Command("remove", "Take away the rule that lets a port of dom0 lead to a guest.")
            { Port, To, Protocol, file, noActivate, StandardOptions.XenDir };
        CommandRun.Handle(remove, run => Remove(run, FileOf(run, file), !run.Get(noActivate)));
        return new Command("forward", "Ports of dom0 that lead to guests.") { list, add, remove };
    }

    private static string FileOf(CommandRun run, Option<string?> file) => run.Find(file) is { } named ? Path.GetFullPath(named)
        : HostSettings.FirewallFileOf(run.Directory.Settings, run.Directory.Path);

    private static void List(CommandRun run, string file)
    {
        var rules = FirewallRules.Read(file).Forwards(HostSettings.NetworkOf(run.Directory.Settings));
        run.Print<IReadOnlyList<ForwardRow>>([.. rules.Select(ForwardRow.Of)], (output, _) =>
        {
            foreach (var rule in rules)
            {
                output.WriteLine($"{rule}: {rule.Verdict}");
            }
        });
    }

    private static void Add(CommandRun run, string file, bool activate)
    {
        var network = HostSettings.NetworkOf(run.Directory.Settings);
        var address = run.Find(Address) is { } text ? AddressOf(text, "--address") : null;
        var rules = FirewallRules.Read(file);
        if (run.Get(Guide))
        {
            rules = FirewallForward.GuidePorts(network.Bridge).Aggregate(rules, (all, port) => all.WithPort(port, network));
            rules = FirewallForward.Guide(network, address).Aggregate(rules, (all, forward) => all.WithForward(forward, network));
        }
        else
        {
            if (run.Get(Ports) is not { } ports || run.Get(To) is not { } to)
            {
                throw new InvalidInputException(ErrorIds.PortInvalid, null, null, "a port and a guest's address are needed",
                    "Give them, as in 'xenkube host forward add 8011 192.168.100.11:22', or --guide");
            }
            var (guest, port) = Target(to);
            rules = rules.WithForward(new FirewallForward(PortRange.Parse(ports), guest, port, run.Get(Protocol)!)
                { Address = address, InInterface = run.Find(InInterface) }, network);
        }
        Apply(run, rules, activate);
    }

    private static void Remove(CommandRun run, string file, bool activate)
    {
        var to = run.Get(To) is { } text ? Target(text).Address : null;
        Apply(run, FirewallRules.Read(file).WithoutForwards(PortRange.Parse(run.Get(Port)), to, run.Get(Protocol)!,
            HostSettings.NetworkOf(run.Directory.Settings)), activate);
    }

    private static void Apply(CommandRun run, FirewallRules rules, bool activate)
    {
        var change = rules.ToChange(activate);
        var backup = change.Apply(new BackupStore(new HostOptions(run.Directory.Path).BackupDirectory), activate, run.CancellationToken);
        run.Out.WriteLine(backup is null ? $"{rules.Path}: nothing to change" : $"{rules.Path}: changed (backup {backup.Id})");
    }

    /// <summary><c>192.168.100.11</c>, <c>192.168.100.11:22</c>, <c>[fd00::11]:22</c>.</summary>
    private static (IPAddress Address, PortRange? Port) Target(string text)
    {
        var at = text.StartsWith('[') ? text.IndexOf("]:", StringComparison.Ordinal) + 1
            : text.Count(c => c == ':') == 1 ? text.IndexOf(':', StringComparison.Ordinal) : -1;
        var (address, port) = at > 0 ? (text[..at], text[(at + 1)..]) : (text, null);
        return (AddressOf(address.Trim('[', ']'), "GUEST"), port is null ? null : PortRange.Parse(port));
    }

    private static IPAddress AddressOf(string text, string place) => IPAddress.TryParse(text, out var address) ? address
        : throw new InvalidInputException(ErrorIds.AddressInvalid, null, place, $"'{Printable.Of(text)}' is not an IP address");
}
