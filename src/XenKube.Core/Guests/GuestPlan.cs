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
        plan._asked.UnionWith(requests.Select((request, i) => asked[i]?.MacAddress ?? request.MacAddress
            ?? plan.Kept(request, plan.Existing(request))?.MacAddress).OfType<MacAddress>());
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
        var byMac = request.MacAddress is { } mac ? _options.Reservations.FirstOrDefault(reservation =>
            reservation.MacAddress == mac) : null;
        var byIP = request.IPAddress is { } ip ? _options.Reservations.FirstOrDefault(reservation =>
            reservation.IPAddress.Equals(ip)) : null;
        if (byMac is not null && request.IPAddress is { } wanted && !byMac.IPAddress.Equals(wanted))
        {
            throw new InvalidInputException(ErrorIds.ReservationMismatch, null, request.Name,
                $"{byMac.MacAddress} is reserved for {byMac.IPAddress}, not for {wanted}",
                "Leave one of the two out, or change the reservation");
        }
        if (byIP is not null && request.MacAddress is { } other && byIP.MacAddress != other)
        {
            throw new InvalidInputException(ErrorIds.ReservationMismatch, null, request.Name,
                $"{byIP.IPAddress} is reserved for {byIP.MacAddress}, not for {other}",
                "Leave one of the two out, or change the reservation");
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
            throw new ItemExistsException(ErrorIds.GuestConfigExists, request.ConfigPath, null, "there is a configuration already",
                $"Use {RemedyActionKind.ForceOption} to change it");
        }
        Claim(_names, request.Name, request, ErrorIds.GuestNameInUse, "name", request.Name);
        var existing = Existing(request);
        IReadOnlyList<XenDisk> disks = Disks(request, existing);
        if (request.ConfigDiskPath is { } configDisk)
        {
            disks = SecondDisk.Attach(disks, configDisk, request.HasConfigDisk);
        }
        foreach (var disk in disks.Where(disk => !disk.IsReadOnly && disk.Target.Length > 0))
        {
            Claim(_disks, FileIdentity.TextOf(disk.Target), request, ErrorIds.DiskInUse, "disk", disk.Target);
        }
        var address = asked ?? (request.MacAddress is null ? Kept(request, existing) ?? NextFree(request.Name) : null);
        var mac = address?.MacAddress ?? request.MacAddress!.Value;
        Claim(_macs, mac, request, ErrorIds.MacAddressInUse, "MAC address", mac.ToString());
        var cards = Cards(request);
        foreach (var other in request.AdditionalCards.Count == 0 ? existing?.Vifs.Skip(1) ?? [] : cards)
        {
            if (other.MacAddress is { } second)
            {
                Claim(_macs, second, request, ErrorIds.MacAddressInUse, "MAC address", second.ToString());
            }
        }
        var maker = new GuestConfigMaker(_options.Defaults);
        var config = existing is null ? maker.Create(request, mac, disks, cards) : maker.Change(existing, request, mac, disks,
            request.AdditionalCards.Count == 0 ? null : cards);
        _guests.Add(new PlannedGuest(request.Name, request.ConfigPath, disks[0].Target, mac, address is { } known
            && !known.IPAddress.Equals(IPAddress.None) ? known.IPAddress : request.IPAddress, config));
    }

    /// <summary>The configuration that is there and is changed; null for none, or for one that xl could not read.</summary>
    private XenGuestConfig? Existing(GuestRequest request)
    {
        try
        {
            return _options.Force && File.Exists(request.ConfigPath) ? XenGuestConfig.Read(request.ConfigPath) : request.BasedOn;
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }

    /// <summary>The disk that it boots from is the node's; the others stay unless others are asked for.</summary>
    private static List<XenDisk> Disks(GuestRequest request, XenGuestConfig? existing)
    {
        var path = Path.GetFullPath(request.DiskPath);
        List<XenDisk> disks = [existing?.Disks is [var first, ..]
            && (request.KeepsDisk || FileIdentity.TextOf(first.Target) == FileIdentity.TextOf(path)) ? first : NewDisk(path, 0)];
        if (request.AdditionalDisks.Count == 0)
        {
            disks.AddRange(existing?.Disks.Skip(1) ?? []);
            return disks;
        }
        foreach (var additional in request.AdditionalDisks)
        {
            disks.Add(NewDisk(Path.GetFullPath(additional), disks.Count));
        }
        return disks;
    }

    /// <summary>A container is attached by its own format: a guest would write over a container that is attached raw.</summary>
    private static XenDisk NewDisk(string path, int index)
    {
        var device = $"xvd{(char)('a' + index)}";
        if (DevicePath.Of(path) is { } physical)
        {
            return XenDisk.CreatePhysical(physical, device);
        }
        return DiskFormat.Find(path) switch
        {
            null => XenDisk.Create(path, device),
            { NamesOtherFile: true } format => throw new InvalidInputException(
                ErrorIds.GuestConfigInvalid, path, null,
                $"it is a {format.Name} file that names another file, which the guest would read as well",
                "Make a whole image of it: qemu-img convert"),
            { XlFormat: { } format } => XenDisk.Create(path, device, format),
            var format => throw new InvalidInputException(ErrorIds.GuestConfigInvalid, path, null,
                $"it is a {format.Name} file, which xl cannot attach", "Convert it: qemu-img convert -O raw"),
        };
    }

    private List<XenVif> Cards(GuestRequest request)
    {
        var cards = new List<XenVif>();
        foreach (var card in request.AdditionalCards)
        {
            var mac = card.MacAddress ?? GuestCard.AddressOf(request.Name, cards.Count + 1, address =>
                _macs.ContainsKey(address) || cards.Exists(other => other.MacAddress == address));
            cards.Add(XenVif.Create(mac, card.Bridge, card.Model ?? request.Model ?? _options.Defaults.Model, card.Script, card.Vlan));
        }
        return cards;
    }

    /// <summary>The address that a guest has already, unless it is asked to take one of another block.</summary>
    private GuestAddress? Kept(GuestRequest request, XenGuestConfig? existing)
    {
        if (ReferenceEquals(existing, request.BasedOn) || existing?.Vifs is not [{ IgnoredOption: null, MacAddress: { } mac }, ..])
        {
            return null;
        }
        var reservation = _options.Reservations.FirstOrDefault(reservation => reservation.MacAddress == mac);
        return _options.FirstAddress is null ? reservation ?? new GuestAddress(mac, request.IPAddress ?? IPAddress.None)
            : reservation is not null && IsInBlock(reservation.IPAddress) ? reservation : null;
    }

    private GuestAddress NextFree(string name)
    {
        var free = _options.Reservations
            .Where(reservation => !_macs.ContainsKey(reservation.MacAddress) && !_asked.Contains(reservation.MacAddress))
            .Where(reservation => _options.FirstAddress is null
                ? reservation.MacAddress.ToString().StartsWith(_options.Defaults.MacPrefix, StringComparison.OrdinalIgnoreCase)
                : IsInBlock(reservation.IPAddress))
            .MinBy(reservation => (reservation.IPAddress.AddressFamily, Number(reservation.IPAddress)));
        return free ?? throw NoReservation(name, _options.FirstAddress is { } block
            ? $"no free reservation is left in the block of ten addresses from {block}" : "no free reservation is left");
    }

    private static ItemNotFoundException NoReservation(string name, string reason) =>
        new(ErrorIds.ReservationNotFound, null, name, reason,
            $"Reserve addresses first ({RemedyActionKind.ReserveAddresses}), or give a MAC address");

    private bool IsInBlock(IPAddress address) =>
        _options.FirstAddress is { } first && address.AddressFamily == first.AddressFamily && Number(address) is var number
            && number >= Number(first) && number - Number(first) < BlockSize;

    private static UInt128 Number(IPAddress address) => address.GetAddressBytes()
        .Aggregate(UInt128.Zero, (number, part) => (number << 8) | part);

    private static void Claim<T>(
        Dictionary<T, string> taken, T key, GuestRequest request, ErrorId<ItemInUseException> id, string what, string value)
        where T : notnull
    {
        if (!taken.TryAdd(key, request.ConfigPath))
        {
            throw new ItemInUseException(
                id, request.ConfigPath, null, $"the {what} {Printable.Of(value)} is that of {taken[key]}",
                $"Give another {what}, or remove the other guest's configuration");
        }
    }
}
