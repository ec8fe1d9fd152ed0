using System.Management.Automation;
using XenKube.Hosting;

namespace XenKube.Commands;

/// <summary>The base of cmdlets that change dnsmasq's file of reservations.</summary>
public abstract class ReservationCommand : HostCommand
{
    /// <summary>The file of reservations. Wildcards are allowed where they fit one file. Default: that of the settings, /var/lib/dnsmasq/virbr1/hostsfile.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The file of reservations, taken as it is.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>Makes dnsmasq read the file again, by SIGHUP.</summary>
    [Parameter]
    public SwitchParameter Apply { get; set; }

    /// <summary>With -Apply, restarts dnsmasq instead.</summary>
    [Parameter]
    public SwitchParameter Restart { get; set; }

    /// <summary>dnsmasq's unit. Default: dnsmasq@ and the bridge of the settings.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Unit { get; set; }

    /// <summary>The reservations as they are in the file.</summary>
    protected DhcpReservations ReadReservations() => DhcpReservations.Read(OneFile(Path, LiteralPath, () => DefaultPath));

    /// <summary>Writes reservations to their file.</summary>
    /// <param name="reservations">The reservations.</param>
    /// <param name="sentence">What is done, from the verb on.</param>
    /// <returns>True where it was done.</returns>
    protected bool Write(DhcpReservations reservations, string sentence)
    {
        ArgumentNullException.ThrowIfNull(reservations);
        var service = new DnsmasqService { Unit = Unit ?? $"dnsmasq@{Settings.Bridge}.service", Restart = Restart };
        return MakeChange(reservations.ToChange(Apply || Restart ? service : null), $"{sentence} in {reservations.Path}", Apply || Restart);
    }

    private string DefaultPath => HasXenDir ? Directory.ReservationsPath : DhcpReservations.DefaultPath;
}
