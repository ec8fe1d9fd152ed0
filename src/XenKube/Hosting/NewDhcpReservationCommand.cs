using System.Globalization;
using System.Management.Automation;
using System.Net;
using XenKube.Commands.Completion;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Adds reservations to dnsmasq's file; other lines and comments stay as they are.</summary>
[Cmdlet(VerbsCommon.New, "DhcpReservation", SupportsShouldProcess = true, DefaultParameterSetName = AddressSet)]
[Alias("New-XenDhcpReservation")]
[OutputType(typeof(DhcpReservation))]
public sealed class NewDhcpReservationCommand : ReservationCommand
{
    private const string AddressSet = "Address";
    private const string RangeSet = "Range";
    private const string InputObjectSet = "InputObject";

    private readonly List<DhcpReservation> _wanted = [];

    /// <summary>The MAC address.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = AddressSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReservationCompleter))]
    public string? MacAddress { get; set; }

    /// <summary>The IP address that is leased to it.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = AddressSet)]
    [ArgumentCompleter(typeof(ReservationCompleter))]
    public IPAddress? IPAddress { get; set; }

    /// <summary>The host name for the pair.</summary>
    [Parameter(ParameterSetName = AddressSet)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = InputObjectSet)]
    [AllowEmptyString]
    public string HostName { get; set; } = "";

    /// <summary>What has a MAC address and an IP address: reservations, nodes, guests, or lines of a table.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// Last numbers of addresses, such as 10..99: each gets the MAC address whose last byte shows the same digits, as khostsfile makes
    /// them.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = RangeSet)]
    [ValidateNotNullOrEmpty]
    public string[]? Range { get; set; }

    /// <summary>An address of the network for -Range. Default: dom0's address in the settings, 192.168.100.1.</summary>
    [Parameter(ParameterSetName = RangeSet)]
    public IPAddress? Network { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(InputObject?.BaseObject ?? MacAddress, () => _wanted.AddRange(
        InputObject is not null ? PipedObject.Elements(InputObject).Select(Piped)
        : Range is null ? [new DhcpReservation(XenKube.Networks.MacAddress.Parse(MacAddress!), IPAddress!, HostName)]
        : Range.SelectMany(Numbers)));

    private DhcpReservation Piped(PSObject element)
    {
        var item = new PipedObject(element);
        if (PipedReservation.Of(item) is not { MacAddress: { } mac, IPAddress: { } ip } wanted)
        {
            throw PipedReservation.NotReservation(item);
        }
        var reservation = new DhcpReservation(XenKube.Networks.MacAddress.Parse(mac), System.Net.IPAddress.TryParse(ip, out var address)
            ? address : throw PipedReservation.NotReservation(item), HostName.Length > 0 ? HostName : wanted.HostName);
        NoteOrigin(reservation, OriginOf(item), $"the reservation {wanted}");
        return reservation;
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_wanted.Count == 0)
        {
            return;
        }
        Guard(LiteralPath ?? Path, () =>
        {
            var what = _wanted.Count == 1 ? $"the address {_wanted[0].IPAddress} for {_wanted[0].MacAddress}" : string.Create(
                CultureInfo.InvariantCulture, $"{_wanted.Count} addresses");
            var taken = new Dictionary<DhcpReservation, ItemExistsException>();
            DhcpReservations Add(DhcpReservations present)
            {
                taken.Clear();
                // Of a range, those are reserved that are free; each of the others is an error of its own.
                return Range is null ? present.With(_wanted) : present.With(_wanted, (item, error) => taken[item] = error);
            }
            if (Edit(Add, $"Reserve {what}{Origins}"))
            {
                foreach (var (item, error) in taken)
                {
                    Report(error, item.ToString());
                }
                WriteObject(_wanted.Where(item => !taken.ContainsKey(item)), enumerateCollection: true);
            }
        });
    }

    private IReadOnlyList<DhcpReservation> Numbers(string range)
    {
        var parts = range.Split("..");
        return parts.Length <= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            ? DhcpReservations.RangeOf(first, last, Network ?? System.Net.IPAddress.Parse(Settings.Address), Settings.Bridge,
                Settings.MacPrefix)
            : throw new InvalidInputException(ErrorIds.NumberOutOfRange, null, null, $"'{range}' is not a range of numbers",
                "Write 10..99");
    }
}
