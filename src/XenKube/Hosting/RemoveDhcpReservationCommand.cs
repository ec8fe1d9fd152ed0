using System.Management.Automation;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Hosting;

/// <summary>Removes reservations from dnsmasq's file; other lines and comments stay as they are.</summary>
[Cmdlet(VerbsCommon.Remove, "DhcpReservation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = AddressSet)]
[Alias("Remove-XenDhcpReservation")]
[OutputType(typeof(void))]
public sealed class RemoveDhcpReservationCommand : ReservationCommand
{
    private const string AddressSet = "Address";
    private const string InputObjectSet = "InputObject";

    private readonly List<PipedReservation> _wanted = [];

    /// <summary>MAC or IP addresses.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = AddressSet)]
    [Alias("IPAddress")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReservationCompleter))]
    public string[] Address { get; set; } = [];

    /// <summary>Reservations, or what has an address: nodes, guests, or addresses themselves.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            _wanted.AddRange(Address.Select(Named));
            return;
        }
        foreach (var element in PipedObject.Elements(InputObject))
        {
            Guard(element.BaseObject, () => _wanted.AddRange(Piped(element)));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(LiteralPath ?? Path, () =>
    {
        var present = ReadReservations();
        var unknown = _wanted.Distinct().Where(wanted => !present.Items.Any(wanted.Fits)).ToHashSet();
        foreach (var wanted in unknown)
        {
            Report(new ItemNotFoundException(ErrorIds.ReservationNotFound, present.Path, null, $"there is no reservation for '{wanted}'",
                "Get-DhcpReservation lists the reservations"), wanted.ToString());
        }
        var found = _wanted.Distinct().Where(wanted => !unknown.Contains(wanted)).ToList();
        if (found.Count > 0)
        {
            Edit(now => now.Without(item => found.Exists(wanted => wanted.Fits(item))),
                $"Remove the reservations of {string.Join(", ", found)}{Origins}", destroys: true, Force);
        }
    });

    private PipedReservation[] Piped(PSObject element)
    {
        var item = new PipedObject(element);
        PipedReservation[] wanted = item.Value is string address ? [Named(address)]
            : item.FilePath is not null ? throw PipedReservation.NotReservation(item)
            : PipedReservation.Of(item) is { } own ? [own] : [.. NodesOf(element).Select(PipedReservation.Of)];
        foreach (var one in wanted)
        {
            NoteOrigin(one, OriginOf(item), $"the reservation {one}");
        }
        return wanted;
    }

    private static PipedReservation Named(string address) =>
        XenKube.Networks.MacAddress.TryParse(address, out var card) ? new PipedReservation(card.ToString(), null)
        : address.Split(',') is [var mac, var ip] ? new PipedReservation(mac, ip) : new PipedReservation(null, address);
}
