using System.Globalization;
using System.Net;
using XenKube.Devices;
using XenKube.Networks;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>
/// New guests, planned together before the first file is written: sizes by role, addresses from the reservations, and never
/// two guests with one name, MAC address or disk, over all clusters.
/// </summary>
public sealed class GuestPlan
{
    private const int BlockSize = 10;
    private readonly GuestPlanOptions _options;
    private readonly Dictionary<string, string> _names = [];
    private readonly Dictionary<MacAddress, string> _macs = [];
    private readonly Dictionary<string, string> _disks = [];
    private readonly HashSet<MacAddress> _asked = [];
    private readonly List<PlannedGuest> _guests = [];
    private readonly List<string> _warnings = [];

    private readonly IReadOnlyList<GuestRequest> _requests;

    private GuestPlan(IReadOnlyList<GuestRequest> requests, GuestPlanOptions options)
    {
        _requests = requests;
        _options = options;
    }

    /// <summary>The guests in the order they were asked for.</summary>
    public IReadOnlyList<PlannedGuest> Guests => _guests;

    /// <summary>What could not be checked: configurations of others that cannot be read.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Plans guests.</summary>
    /// <param name="requests">The guests that are to be made.</param>
    /// <param name="options">What they are held against.</param>
    /// <exception cref="ItemExistsException">A name, MAC address, disk or file is taken.</exception>
    /// <exception cref="ItemNotFoundException">There is no reservation left for one of them.</exception>
    public static GuestPlan Create(IReadOnlyList<GuestRequest> requests, GuestPlanOptions options)
    {
        var plan = new GuestPlan(requests, options);
        plan.ReadOthers(requests);
        // Addresses that are asked for come first, so that no other guest of the plan is given one of them.
        var asked = requests.Select(plan.AskedAddress).ToList();
        plan._asked.UnionWith(requests.Select((request, i) => asked[i]?.MacAddress ?? request.MacAddress).OfType<MacAddress>());
        for (var i = 0; i < requests.Count; i++)
        {
            plan.Add(requests[i], asked[i]);
        }
        return plan;
    }

    /// <summary>The same guests planned again, held against what there is now.</summary>
    internal GuestPlan Again(IReadOnlyList<string> configFiles, IReadOnlyList<GuestAddress> reservations) =>
        Create(_requests, _options with { ConfigFiles = configFiles, Reservations = reservations });

    /// <summary>Writes configurations.</summary>
    /// <param name="names">Names of the guests; null for all.</param>
    public void Write(IReadOnlyCollection<string>? names = null)
    {
        foreach (var guest in _guests.Where(guest => names is null || names.Contains(guest.Name)))
        {
            guest.Write();
        }
    }

    private void ReadOthers(IReadOnlyList<GuestRequest> requests)
    {
        var own = requests.Select(request => Path.GetFullPath(request.ConfigPath)).ToHashSet();
        foreach (var file in _options.ConfigFiles.Where(file => !own.Contains(Path.GetFullPath(file))))
        {
            try
            {
                var config = XenGuestConfig.Read(file);
                if (config.Name is { } name)
                {
                    _names.TryAdd(name, file);
                }
                foreach (var vif in config.Vifs)
                {
                    if (vif.MacAddress is { } mac)
                    {
                        _macs.TryAdd(mac, file);
                    }
                }
                foreach (var disk in config.Disks.Where(disk => !disk.IsReadOnly))
                {
                    _disks.TryAdd(FileIdentity.TextOf(disk.Target), file);
                }
            }
            catch (XenKubeException e)
            {
                _warnings.Add($"not checked for a name, MAC address or disk used twice: {e.Message}");
            }
        }
    }

    private GuestAddress? AskedAddress(GuestRequest request)
    {
        var byMac = request.MacAddress is { } mac ? _options.Reservations.FirstOrDefault(reservation => reservation.MacAddress == mac) : null;
        var byIP = request.IPAddress is { } ip ? _options.Reservations.FirstOrDefault(reservation => reservation.IPAddress.Equals(ip)) : null;
        if (byMac is not null && request.IPAddress is { } wanted && !byMac.IPAddress.Equals(wanted))
        {
            throw new InvalidInputException(ErrorIds.ReservationMismatch, null, request.Name, $"{byMac.MacAddress} is reserved for {byMac.IPAddress}, not for {wanted}", "Leave one of the two out, or change the reservation");
        }
        if (byIP is not null && request.MacAddress is { } other && byIP.MacAddress != other)
        {
            throw new InvalidInputException(ErrorIds.ReservationMismatch, null, request.Name, $"{byIP.IPAddress} is reserved for {byIP.MacAddress}, not for {other}", "Leave one of the two out, or change the reservation");
        }
        if (request.IPAddress is { } unreserved && byIP is null && request.MacAddress is null)
        {
            throw NoReservation(request.Name, $"{unreserved} is not reserved for any MAC address");
        }
        return byMac ?? byIP;
    }

    private void Add(GuestRequest request, GuestAddress? asked)
    {
        GuestName.Check(request.Name);
        if (!_options.Force && File.Exists(request.ConfigPath))
        {
            throw new ItemExistsException(ErrorIds.GuestConfigExists, request.ConfigPath, null, "there is a configuration already", $"Use {RemedyActionKind.ForceOption} to replace it");
        }
        Claim(_names, request.Name, request, ErrorIds.GuestNameInUse, "name", request.Name);
        var disks = new List<XenDisk>();
        foreach (var path in request.AdditionalDisks.Prepend(request.DiskPath))
        {
            var name = $"xvd{(char)('a' + disks.Count)}";
            disks.Add(DevicePath.Of(path) is { } device ? XenDisk.CreatePhysical(device, name) : XenDisk.Create(Path.GetFullPath(path), name));
            Claim(_disks, FileIdentity.TextOf(path), request, ErrorIds.DiskInUse, "disk", path);
        }
        var address = asked ?? (request.MacAddress is null ? NextFree(request.Name) : null);
        var mac = address?.MacAddress ?? request.MacAddress!.Value;
        Claim(_macs, mac, request, ErrorIds.MacAddressInUse, "MAC address", mac.ToString());

        var vif = XenVif.Create(mac, request.Bridge ?? _options.Defaults.Bridge, request.Model ?? _options.Defaults.Model);
        var bootLoader = request.BootLoader ?? (request.Type == GuestType.PV && request.Kernel is null ? _options.Defaults.BootLoader : null);
        if (request.Type == GuestType.PVH && bootLoader is null && request.Kernel is null)
        {
            throw new InvalidInputException(ErrorIds.GuestConfigInvalid, request.ConfigPath, null, "a pvh guest needs a kernel file or a boot loader", $"Give {RemedyActionKind.KernelOption} with a file on dom0, or {RemedyActionKind.BootLoaderOption}");
        }
        var config = XenGuestConfig.Create(request.Name, Memory(request), VCpus(request), vif, disks, request.Type, bootLoader);
        if (request.Kernel is { } kernel)
        {
            config = config.With("kernel", XenConfigValue.OfText(kernel));
        }
        _guests.Add(new PlannedGuest(request.Name, request.ConfigPath, disks[0].Target, mac, address?.IPAddress ?? request.IPAddress, config));
    }

    private int Memory(GuestRequest request)
    {
        var memory = request.Memory ?? request.Role switch { GuestRole.Master => 2048, GuestRole.Worker => 1536, _ => _options.Defaults.Memory };
        return memory is >= 16 and <= 16 * 1024 * 1024
            ? memory
            : throw new InvalidInputException(ErrorIds.GuestConfigInvalid, null, request.Name, string.Create(CultureInfo.InvariantCulture, $"{memory} MiB of memory is not what a guest can have"), "Give the memory in MiB, such as 1024");
    }

    private int VCpus(GuestRequest request)
    {
        var vcpus = request.VCpus ?? request.Role switch { GuestRole.Master => 2, GuestRole.Worker => 1, _ => _options.Defaults.VCpus };
        return vcpus is >= 1 and <= 512
            ? vcpus
            : throw new InvalidInputException(ErrorIds.GuestConfigInvalid, null, request.Name, string.Create(CultureInfo.InvariantCulture, $"a guest cannot have {vcpus} processors"), "Give 1 to 512");
    }

    private GuestAddress NextFree(string name)
    {
        var first = _options.FirstAddress is { } address ? Number(address) : (uint?)null;
        var free = _options.Reservations
            .Where(reservation => !_macs.ContainsKey(reservation.MacAddress) && !_asked.Contains(reservation.MacAddress))
            .Where(reservation => first is { } from
                ? Number(reservation.IPAddress) is var number && number >= from && number - from < BlockSize
                : reservation.MacAddress.ToString().StartsWith(_options.Defaults.MacPrefix, StringComparison.OrdinalIgnoreCase))
            .MinBy(reservation => Number(reservation.IPAddress));
        return free ?? throw NoReservation(name, _options.FirstAddress is { } block ? $"no free reservation is left in the block of ten addresses from {block}" : "no free reservation is left");
    }

    private static ItemNotFoundException NoReservation(string name, string reason) =>
        new(ErrorIds.ReservationNotFound, null, name, reason, $"Reserve addresses first ({RemedyActionKind.ReserveAddresses}), or give a MAC address");

    private static uint Number(IPAddress address)
    {
        var bytes = address.MapToIPv4().GetAddressBytes();
        return ((uint)bytes[0] << 24) | ((uint)bytes[1] << 16) | ((uint)bytes[2] << 8) | bytes[3];
    }

    private static void Claim<T>(
        Dictionary<T, string> taken, T key, GuestRequest request, ErrorId<ItemInUseException> id, string what, string value)
        where T : notnull
    {
        if (!taken.TryAdd(key, request.ConfigPath))
        {
            throw new ItemInUseException(
                id, request.ConfigPath, null, $"the {what} {Printable.Of(value)} is that of {taken[key]}", $"Give another {what}, or remove the other guest's configuration");
        }
    }
}
