using System.Management.Automation;
using System.Net;
using XenKube.Hosting;
using XenKube.Networks;

namespace XenKube.Commands;

/// <summary>Makes a reservation out of one that is only its properties now.</summary>
public sealed class DhcpReservationConverter : RecordConverter<DhcpReservation>
{
    /// <inheritdoc/>
    protected override DhcpReservation? Convert(PSObject source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var mac = source.Properties[nameof(DhcpReservation.MacAddress)]?.Value?.ToString();
        return mac is not null && IPAddress.TryParse(source.Properties[nameof(DhcpReservation.IPAddress)]?.Value?.ToString(),
            out var address)
            ? new DhcpReservation(MacAddress.Parse(mac), address, Text(source, nameof(DhcpReservation.HostName)) ?? "")
            : null;
    }
}
