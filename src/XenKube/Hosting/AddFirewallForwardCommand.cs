using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Hosting;
using XenKube.Networks;

namespace XenKube.Commands.Hosting;

/// <summary>Lets ports of this host lead to guests, by the smallest rules in the host's firewall file.</summary>
[Cmdlet(VerbsCommon.Add, "FirewallForward", SupportsShouldProcess = true, DefaultParameterSetName = PortSet)]
[Alias("Add-XenFirewallForward")]
[OutputType(typeof(FirewallForwardRule))]
public sealed class AddFirewallForwardCommand : FirewallFileCommand
{
    private const string PortSet = "Port";
    private const string GuideSet = "Guide";

    /// <summary>The ports of this host: a number, or a range such as 31000-31999.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PortSet)]
    public PortRange Port { get; set; }

    /// <summary>The guest's address, as a node or a reservation has it.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = PortSet, ValueFromPipelineByPropertyName = true)]
    [Alias("IPAddress")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReservationCompleter))]
    public string? To { get; set; }

    /// <summary>The guest's port, or as many as this host's. Default: the same as this host's.</summary>
    [Parameter(Position = 2, ParameterSetName = PortSet)]
    public PortRange? ToPort { get; set; }

    /// <summary>The protocol of the packets.</summary>
    [Parameter(ParameterSetName = PortSet)]
    [ValidateSet("tcp", "udp")]
    public string Protocol { get; set; } = "tcp";

    /// <summary>The interface by which the packets come in. Default: any.</summary>
    [Parameter(ParameterSetName = PortSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    public string? InInterface { get; set; }

    /// <summary>All forwards of the guide: ssh at 80NN, the API servers at 810N, and the node ports 31000 to 39999.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GuideSet)]
    public SwitchParameter Guide { get; set; }

    /// <summary>The address of this host that the packets are sent to. Default: all addresses of this host.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostAddressCompleter))]
    public string? Address { get; set; }

    /// <summary>Returns the rules that lead to the guests.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(LiteralPath ?? Path, () =>
    {
        var (file, network, address) = (File, Network, AddressOf(Address, "Address"));
        IReadOnlyList<FirewallForward> wanted = Guide ? FirewallForward.Guide(network, address)
            : [new FirewallForward(Port, AddressOf(To, "To")!, ToPort, Protocol) { Address = address, InInterface = InInterface }];
        IReadOnlyList<FirewallPort> ports = Guide ? FirewallForward.GuidePorts(network.Bridge) : [];
        var rules = FirewallRules.Read(file);
        var sentence = Guide ? $"Let the guide's ports lead to the guests in {file}" : $"Let {wanted[0]} lead to the guest in {file}";
        if (MakeEdit(Plan, sentence, Apply) && PassThru)
        {
            WriteObject(rules.Forwards(network).Where(rule => wanted.Any(forward => rule.To.Equals(forward.To)
                && rule.Protocol == forward.Protocol && rule.Port.Overlaps(forward.Ports))), enumerateCollection: true);
        }

        SystemChange Plan()
        {
            rules = ports.Aggregate(FirewallRules.Read(file), (all, port) => all.WithPort(port, network));
            rules = wanted.Aggregate(rules, (all, forward) => all.WithForward(forward, network));
            return rules.ToChange(Apply);
        }
    });
}
