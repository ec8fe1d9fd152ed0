using System.Net;
using XenKube.Networks;

namespace XenKube.Guests;

/// <summary>A guest as users see it, from its configuration and from its domain.</summary>
/// <param name="xl">How to talk to Xen.</param>
/// <param name="reservations">The addresses that dnsmasq has reserved.</param>
internal sealed class XenGuestRecords(XlDriver xl, IReadOnlyList<GuestAddress> reservations)
{
    /// <summary>A guest that has a configuration here.</summary>
    public XenGuest Join(GuestConfigFile file, XenGuestConfig config, XenDomain? domain, XenGuestState state)
    {
        var mac = config.Vifs is [var vif, ..] ? vif.MacAddress : null;
        return new XenGuest(
            config.Name ?? file.FullName,
            domain?.Id,
            state,
            Bytes(domain?.Memory ?? config.Memory ?? 0),
            domain?.VCpu ?? (int)Math.Clamp(config.VCpus ?? 1, 0, int.MaxValue),
            domain?.CpuTime ?? TimeSpan.Zero,
            mac?.ToString(),
            AddressOf(mac),
            file.FullName)
        {
            GuestConfigPath = file.Path,
            AutoStart = new GuestAutoStart(xl.Options.SystemRoot).Find(file.Path) is not null,
            DiskPath = config.Disks is [var disk, ..] ? disk.Target : null,
            XlState = domain?.XlState ?? "",
        };
    }

    /// <summary>A domain without a configuration here.</summary>
    public XenGuest Foreign(XenDomain domain)
    {
        var mac = domain.MacAddresses.Count > 0 && MacAddress.TryParse(domain.MacAddresses[0], out var address)
            ? address : (MacAddress?)null;
        return new XenGuest(Printable.Of(domain.Name), domain.Id, domain.State, Bytes(domain.Memory), domain.VCpu, domain.CpuTime,
            mac?.ToString(), AddressOf(mac), null)
        {
            DiskPath = domain.Disks.Count > 0 ? domain.Disks[0] : null,
            XlState = domain.XlState,
        };
    }

    /// <summary>xl counts in MiB.</summary>
    private static long Bytes(long memory) => Math.Clamp(memory, 0, long.MaxValue >> 20) << 20;

    private IPAddress? AddressOf(MacAddress? mac) => mac is null
        ? null : reservations.FirstOrDefault(reservation => reservation.MacAddress == mac)?.IPAddress;
}
