using System.Management.Automation;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Removes reservations from dnsmasq's file; other lines and comments stay as they are.</summary>
[Cmdlet(VerbsCommon.Remove, "DhcpReservation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveDhcpReservationCommand : ReservationCommand
{
    private readonly HashSet<string> _addresses = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>MAC or IP addresses.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("IPAddress")]
    [ValidateNotNullOrEmpty]
    public string[] Address { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => _addresses.UnionWith(Address);

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(LiteralPath ?? Path, () =>
    {
        var present = ReadReservations();
        bool IsMeant(DhcpReservation item, string address) => string.Equals(item.MacAddress.ToString(), address,
            StringComparison.OrdinalIgnoreCase) || item.IPAddress.ToString() == address || item.Address.ToString() == address;
        foreach (var address in _addresses.Where(address => !present.Items.Any(item => IsMeant(item, address))))
        {
            Report(new ItemNotFoundException(ErrorIds.ReservationNotFound, present.Path, null, $"there is no reservation for '{address}'",
                "Get-DhcpReservation lists the reservations"), address);
        }
        Edit(now => now.Without(item => _addresses.Any(address => IsMeant(item, address))),
            $"Remove the reservations of {string.Join(", ", _addresses)}");
    });
}
