using System.Globalization;
using XenKube.Hosting.Dnsmasq;
using XenKube.Posix;

namespace XenKube.Hosting;

/// <summary>The dnsmasq that serves the guests' network, and how it is told of new reservations.</summary>
public sealed record DnsmasqService
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Its unit; the guide's is dnsmasq@virbr1.service.</summary>
    public string Unit { get; init; } = GuideDefaults.DnsmasqUnit(GuideDefaults.Bridge);

    /// <summary>
    /// True to restart it as khostsfile's user does, false for SIGHUP, which makes it read the hosts file again without losing anything.
    /// </summary>
    public bool Restart { get; init; }

    /// <summary>The process to signal; null to ask systemd for the unit's.</summary>
    public int? ProcessId { get; init; }

    /// <summary>How the host's programs are run.</summary>
    internal HostPrograms Programs { get; init; } = HostPrograms.Usual;

    /// <summary>The service of a host: the unit that was named, that of the dnsmasq which is at work, or the guide's.</summary>
    internal static DnsmasqService Of(HostOptions options, IReadOnlyList<DnsmasqInstance> instances)
    {
        // One that was started without systemd, as by /etc/network/interfaces, has a process only.
        var instance = instances.FirstOrDefault(instance => instance.Configuration.ReadsHosts(options.ReservationsFile))
            ?? (instances.Count > 0 ? instances[0] : null);
        return new()
        {
            Unit = options.DnsmasqUnit ?? instance?.Unit ?? GuideDefaults.DnsmasqUnit(options.Bridge),
            ProcessId = options.DnsmasqUnit is null && instance is { Unit: null, IsRunning: true } ? instance.ProcessId : null,
            Programs = options.Programs,
        };
    }

    /// <summary>Makes dnsmasq read its hosts file again.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void Reload(CancellationToken cancellationToken)
    {
        if (ProcessId is { } id)
        {
            if (Libc.Kill(id, Signal.HangUp) != 0)
            {
                throw new OperationFailedException(ErrorIds.ServiceNotReloaded,
                    string.Create(CultureInfo.InvariantCulture, $"process {id}"), null, $"cannot send SIGHUP: {Libc.LastErrorText}",
                    "Give the process id of the dnsmasq that serves the bridge");
            }
            return;
        }
        string[] arguments = Restart ? ["restart", Unit] : ["kill", "--signal=HUP", "--kill-who=main", Unit];
        ServiceControl.Run(Programs, arguments, Unit, Timeout, cancellationToken);
    }
}
