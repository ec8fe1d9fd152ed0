using XenKube.Guests;

namespace XenKube.Cli.Output.Json;

/// <summary>A guest in JSON.</summary>
internal sealed record GuestRow(string Name, int? Id, XenGuestState State, long Memory, int VCpu, double CpuSeconds, string? MacAddress,
    string? IPAddress, string? Node, string? GuestConfigPath, string? DiskPath)
{
    public static GuestRow Of(XenGuest guest) => new(guest.Name, guest.Id, guest.State, guest.Memory, guest.VCpu,
        guest.CpuTime.TotalSeconds, guest.MacAddress, guest.IPAddress?.ToString(), guest.Node, guest.GuestConfigPath, guest.DiskPath);
}

/// <summary>A guest whose configuration was written, in JSON.</summary>
internal sealed record PlannedGuestRow(string Name, string ConfigPath, string DiskPath, string MacAddress, string? IPAddress)
{
    public static PlannedGuestRow Of(PlannedGuest guest) => new(guest.Name, guest.ConfigPath, guest.DiskPath, guest.MacAddress.ToString(),
        guest.IPAddress?.ToString());
}
