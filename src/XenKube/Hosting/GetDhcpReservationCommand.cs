using System.Management.Automation;
using XenKube.Hosting;

namespace XenKube.Commands;

/// <summary>Lists the addresses that dnsmasq has reserved.</summary>
[Cmdlet(VerbsCommon.Get, "DhcpReservation")]
[OutputType(typeof(DhcpReservation))]
public sealed class GetDhcpReservationCommand : XenDirCommand
{
    /// <summary>MAC or IP addresses, or host names. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Address { get; set; } = ["*"];

    /// <summary>The file of reservations. Default: that of the settings, /var/lib/dnsmasq/virbr1/hostsfile.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Path, () =>
    {
        var hasXenDir = XenDir is not null || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("XENDIR"));
        var reservations = DhcpReservations.Read(Path is not null ? Resolve(Path) : hasXenDir ? Directory.ReservationsPath : DhcpReservations.DefaultPath);
        foreach (var address in Address)
        {
            var pattern = new WildcardPattern(address, WildcardOptions.IgnoreCase);
            var found = reservations.Items.Where(item => pattern.IsMatch(item.MacAddress.ToString()) || pattern.IsMatch(item.IPAddress.ToString()) || (item.HostName.Length > 0 && pattern.IsMatch(item.HostName))).ToArray();
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(address))
            {
                Guard(address, () => throw new ItemNotFoundException("ReservationNotFound", reservations.Path, null, $"there is no reservation for '{address}'", "Make it with New-DhcpReservation"));
            }
            WriteObject(found, enumerateCollection: true);
        }
    });
}
