using System.Management.Automation;
using System.Net;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>The base of cmdlets that change dnsmasq's file of reservations.</summary>
public abstract class ReservationCommand : HostCommand
{
    /// <summary>
    /// The file of reservations. Wildcards are allowed if they match one file. Default: the file of the settings,
    /// /var/lib/dnsmasq/virbr1/hostsfile.
    /// </summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The file of reservations, taken as it is.</summary>
    [Parameter]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>Makes dnsmasq read the file again, with SIGHUP.</summary>
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
    protected DhcpReservations ReadReservations()
    {
        var file = OneFile(Path, LiteralPath, () => DefaultPath);
        var address = IPAddress.Parse(Settings.Address);
        return Path is null && LiteralPath is null ? DhcpReservations.Read(file, Settings.Bridge,
            address) : DhcpReservations.ReadNamed(file, Settings.Bridge, address);
    }

    /// <summary>Edits the reservations in their file.</summary>
    /// <param name="edit">The edit, which is made again where another process was faster.</param>
    /// <param name="sentence">What is done, from the verb on.</param>
    /// <param name="destroys">True where it is asked for always, unless forced.</param>
    /// <param name="force">Whether -Force is given.</param>
    /// <returns>True where it was done.</returns>
    protected bool Edit(Func<DhcpReservations, DhcpReservations> edit, string sentence, bool destroys = false, bool force = false)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var service = new DnsmasqService { Unit = Unit ?? GuideDefaults.DnsmasqUnit(Settings.Bridge), Restart = Restart };
        return MakeEdit(() => edit(ReadReservations()).ToChange(Apply || Restart ? service : null),
            $"{sentence} in {ReadReservations().Path}", Apply || Restart, asks: destroys && !force);
    }

    private string DefaultPath => HasXenDir ? Directory.ReservationsPath : DhcpReservations.DefaultPath;
}
