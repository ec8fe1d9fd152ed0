using System.Net;
using XenKube.Files;
using XenKube.Networks;

namespace XenKube.Guests;

/// <summary>
/// The guests of a XENDIR and what can be done with them, several at once as kup and kdown do it, each with a result of its own.
/// </summary>
/// <param name="xl">How to talk to Xen.</param>
/// <param name="guestsPath">XENDIR/guests, where the configurations are.</param>
/// <param name="reservations">The addresses that dnsmasq has reserved, by MAC address in lower case.</param>
public sealed class XenGuests(XlDriver xl, string guestsPath, IReadOnlyList<GuestAddress>? reservations = null)
{
    private readonly IReadOnlyList<GuestAddress> _reservations = reservations ?? [];

    /// <summary>How to talk to Xen.</summary>
    public XlDriver Xl { get; } = xl;

    /// <summary>Keeps other processes from changing the configurations while they are changed here; null where there is no need to.</summary>
    internal Func<string, CancellationToken, IDisposable>? Lock { get; init; }

    /// <summary>Every guest that has a configuration or a domain, those of XENDIR first, in the order of their clusters.</summary>
    /// <param name="warn">Called with what could not be read; null to ignore it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <remarks>Where this machine does not run on Xen every guest is Halted, with a warning.</remarks>
    public IReadOnlyList<XenGuest> List(Action<string>? warn = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<XenDomain> domains;
        try
        {
            domains = Xl.List(cancellationToken);
        }
        catch (OperationFailedException e) when (e.Id == ErrorIds.XenMissing || e.Id == ErrorIds.XlMissing)
        {
            warn?.Invoke($"guests are shown without their domains: {e.Message}");
            domains = [];
        }
        var guests = new List<XenGuest>();
        var matched = new HashSet<int>();
        foreach (var file in GuestConfigFile.All(guestsPath))
        {
            try
            {
                var config = XenGuestConfig.Read(file.Path);
                var domain = domains.FirstOrDefault(domain => domain.Name.Length > 0 && domain.Name == config.Name);
                if (domain is not null)
                {
                    matched.Add(domain.Id);
                }
                guests.Add(Join(file, config, domain));
            }
            catch (XenKubeException e)
            {
                warn?.Invoke(e.Message);
            }
        }
        guests.AddRange(domains.Where(domain => domain.Id != 0 && !matched.Contains(domain.Id)).Select(Foreign));
        return guests;
    }

    /// <summary>One guest as it is now.</summary>
    /// <param name="configPath">Its configuration.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public XenGuest Get(string configPath, CancellationToken cancellationToken = default)
    {
        var config = XenGuestConfig.Read(configPath);
        return Join(FileOf(configPath), config, Xl.List(cancellationToken).FirstOrDefault(domain => domain.Name.Length > 0 && domain.Name == config.Name));
    }

    /// <summary>Starts guests. All of them are checked before the first is started.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A result for each, in the order they were given.</returns>
    public IReadOnlyList<GuestResult> Start(IReadOnlyList<string> configPaths, GuestActionOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GuestActionOptions();
        var known = Xl.List(cancellationToken).ToList();
        var refused = new Dictionary<string, XenKubeException>();
        foreach (var path in configPaths.Distinct())
        {
            try
            {
                var config = XenGuestConfig.Read(path, isTrusted: true);
                GuestPreflight.Check(config, known);
                // The next one is held against this one as if it ran already.
                var disks = config.Disks;
                known.Add(new XenDomain(-1, config.Name!, XenGuestState.Running, 0, 0, TimeSpan.Zero)
                {
                    MacAddresses = [.. config.Vifs.Select(vif => vif.MacText).OfType<string>()],
                    Disks = [.. disks.Select(disk => disk.Target)],
                    WritableDisks = [.. disks.Where(disk => !disk.IsReadOnly).Select(disk => disk.Target)],
                });
            }
            catch (XenKubeException e)
            {
                refused[path] = e;
            }
        }
        return GuestBatch.Run(configPaths, options, path =>
        {
            if (refused.TryGetValue(path, out var reason))
            {
                throw reason;
            }
            IReadOnlyList<string> warnings;
            using (GuestImageLocks.Take(XenGuestConfig.Read(path, isTrusted: true)))
            {
                warnings = Xl.Create(path, options.Paused, cancellationToken);
            }
            return (After(path, options.Wait, options.Timeout, cancellationToken), warnings);
        }, cancellationToken);
    }

    /// <summary>Shuts guests down, or destroys them with Force. One that does not run is as it should be: a warning says so.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<GuestResult> Stop(IReadOnlyList<string> configPaths, GuestActionOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GuestActionOptions();
        return GuestBatch.Run(configPaths, options, path =>
        {
            var name = NameOf(path);
            var warnings = new List<string>();
            try
            {
                if (options.Force)
                {
                    Xl.Destroy(name, cancellationToken);
                }
                else
                {
                    Xl.Shutdown(name, cancellationToken);
                }
            }
            catch (ItemNotFoundException e) when (e.Id == ErrorIds.GuestNotRunning)
            {
                warnings.Add($"{name} is not running");
            }
            return (After(path, options.Wait, options.Timeout, cancellationToken), warnings);
        }, cancellationToken);
    }

    /// <summary>Restarts guests: asks them to, or with Force destroys and starts them.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<GuestResult> Restart(IReadOnlyList<string> configPaths, GuestActionOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GuestActionOptions();
        return GuestBatch.Run(configPaths, options, path =>
        {
            var name = NameOf(path);
            var old = Xl.List(cancellationToken).FirstOrDefault(domain => domain.Name == name);
            if (options.Force)
            {
                if (old is not null)
                {
                    Xl.Destroy(name, cancellationToken);
                    WaitFor(path, GuestCondition.Gone, options.Timeout, cancellationToken);
                }
                using (GuestImageLocks.Take(XenGuestConfig.Read(path, isTrusted: true)))
                {
                    Xl.Create(path, options.Paused, cancellationToken);
                }
            }
            else
            {
                Xl.Reboot(name, cancellationToken);
                if (options.Wait is not null && old is not null)
                {
                    // Until the background xl has run the boot loader again there is a moment without any domain of that name.
                    GuestBatch.Until(path, "come back under a new number", options.Timeout,
                        () => Xl.List(cancellationToken).Any(domain => domain.Name == name && domain.Id != old.Id), cancellationToken);
                }
            }
            return (After(path, options.Wait, options.Timeout, cancellationToken), []);
        }, cancellationToken);
    }

    /// <summary>Pauses guests.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<GuestResult> Suspend(IReadOnlyList<string> configPaths, GuestActionOptions? options = null, CancellationToken cancellationToken = default) =>
        Act(configPaths, options, (name, _) => Xl.Pause(name, cancellationToken), cancellationToken);

    /// <summary>Lets paused guests run on.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<GuestResult> Resume(IReadOnlyList<string> configPaths, GuestActionOptions? options = null, CancellationToken cancellationToken = default) =>
        Act(configPaths, options, (name, _) => Xl.Unpause(name, cancellationToken), cancellationToken);

    /// <summary>Removes guests' configurations; a running guest is refused, or destroyed first with Force. The disks stay.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<GuestResult> Remove(IReadOnlyList<string> configPaths, GuestActionOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GuestActionOptions();
        using var held = Lock?.Invoke("removing guest configurations", cancellationToken);
        return GuestBatch.Run(configPaths, options, path =>
        {
            var name = NameOf(path);
            IReadOnlyList<XenDomain> domains;
            try
            {
                domains = Xl.List(cancellationToken);
            }
            catch (OperationFailedException e) when (e.Id == ErrorIds.XenMissing || e.Id == ErrorIds.XlMissing)
            {
                domains = [];
            }
            if (domains.Any(domain => domain.Name == name))
            {
                if (!options.Force)
                {
                    throw new ItemInUseException(ErrorIds.GuestRunning, path, null, $"the guest {name} is running", $"Stop it first, or use {RemedyActionKind.ForceOption} to destroy it");
                }
                Xl.Destroy(name, cancellationToken);
                WaitFor(path, GuestCondition.Gone, options.Timeout, cancellationToken);
            }
            var guest = Join(FileOf(path), XenGuestConfig.Read(path), null);
            try
            {
                HostFile.Remove(path);
            }
            catch (Exception e) when (e.IsFileTrouble())
            {
                throw new OperationFailedException(ErrorIds.FileNotWritable, path, null, e.Message, innerException: e);
            }
            return (guest, []);
        }, cancellationToken);
    }

    /// <summary>Waits for guests.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="condition">What to wait for.</param>
    /// <param name="options">How long, and how many at once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<GuestResult> Wait(IReadOnlyList<string> configPaths, GuestCondition condition, GuestActionOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GuestActionOptions();
        return GuestBatch.Run(configPaths, options with { ThrottleLimit = Math.Max(options.ThrottleLimit, configPaths.Count) },
            path => (WaitFor(path, condition, options.Timeout, cancellationToken), []), cancellationToken);
    }

    private GuestResult[] Act(IReadOnlyList<string> configPaths, GuestActionOptions? options, Action<string, bool> action, CancellationToken cancellationToken)
    {
        options ??= new GuestActionOptions();
        return GuestBatch.Run(configPaths, options, path =>
        {
            action(NameOf(path), options.Force);
            return (After(path, options.Wait, options.Timeout, cancellationToken), []);
        }, cancellationToken);
    }

    private XenGuest After(string path, GuestCondition? condition, TimeSpan timeout, CancellationToken cancellationToken) =>
        condition is { } wanted ? WaitFor(path, wanted, timeout, cancellationToken) : Get(path, cancellationToken);

    private XenGuest WaitFor(string path, GuestCondition condition, TimeSpan timeout, CancellationToken cancellationToken)
    {
        XenGuest? guest = null;
        GuestBatch.Until(path, condition switch
        {
            GuestCondition.Address => "answer at its address",
            GuestCondition.Ssh => "answer by ssh",
            GuestCondition.Gone => "end",
            _ => "run",
        }, timeout, () =>
        {
            guest = Get(path, cancellationToken);
            if (condition == GuestCondition.Gone)
            {
                return guest.State == XenGuestState.Halted;
            }
            if (guest.State is XenGuestState.Crashed)
            {
                throw new OperationFailedException(ErrorIds.GuestCrashed, guest.Name, null, "the guest has crashed", "Look at its console (xl console, /var/log/xen/console) and at 'xl dmesg'");
            }
            if (guest.State is not (XenGuestState.Running or XenGuestState.Blocked) || condition == GuestCondition.Running)
            {
                return guest.State is XenGuestState.Running or XenGuestState.Blocked;
            }
            var address = guest.IPAddress ?? throw new ItemNotFoundException(ErrorIds.ReservationNotFound, guest.Name, null, $"no address is reserved for {guest.MacAddress ?? "a guest without a MAC address"}, so there is nothing to ask", $"Make the reservation: {(guest.MacAddress is { } mac ? new RemedyAction(RemedyActionKind.ReserveAddress, mac, "the file of reservations") : RemedyActionKind.ReserveAddresses)}");
            return condition == GuestCondition.Ssh
                ? GuestNetwork.SshBanner(address, TimeSpan.FromSeconds(3), cancellationToken) is not null
                : GuestNetwork.Answers(address, guest.MacAddress, TimeSpan.FromSeconds(2), cancellationToken);
        }, cancellationToken);
        return guest!;
    }

    private static string NameOf(string configPath)
    {
        var config = XenGuestConfig.Read(configPath);
        if (GuestName.Refusal(config.Name) is { } reason)
        {
            throw new InvalidInputException(ErrorIds.GuestNameInvalid, configPath, config.PlaceOf("name"), $"'{Printable.Of(config.Name)}' cannot be a guest's name: {reason}");
        }
        return config.Name!;
    }

    private static GuestConfigFile FileOf(string path)
    {
        var full = Path.GetFullPath(path);
        return new GuestConfigFile(Path.GetFileName(Path.GetDirectoryName(full)) ?? "", Path.GetFileNameWithoutExtension(full), full);
    }

    private XenGuest Join(GuestConfigFile file, XenGuestConfig config, XenDomain? domain)
    {
        var mac = config.Vifs is [var vif, ..] ? vif.MacAddress : null;
        return new XenGuest(
            config.Name ?? file.FullName,
            domain?.Id,
            domain?.State ?? XenGuestState.Halted,
            domain?.Memory ?? config.Memory ?? 0,
            domain?.VCpu ?? (int)Math.Clamp(config.VCpus ?? 1, 0, int.MaxValue),
            domain?.CpuTime ?? TimeSpan.Zero,
            mac?.ToString(),
            AddressOf(mac),
            file.FullName)
        {
            GuestConfigPath = file.Path,
            DiskPath = config.Disks is [var disk, ..] ? disk.Target : null,
        };
    }

    private XenGuest Foreign(XenDomain domain)
    {
        var mac = domain.MacAddresses.Count > 0 && MacAddress.TryParse(domain.MacAddresses[0], out var address) ? address : (MacAddress?)null;
        return new XenGuest(Printable.Of(domain.Name), domain.Id, domain.State, domain.Memory, domain.VCpu, domain.CpuTime, mac?.ToString(), AddressOf(mac), null)
        {
            DiskPath = domain.Disks.Count > 0 ? domain.Disks[0] : null,
        };
    }

    private IPAddress? AddressOf(MacAddress? mac) => mac is null ? null : _reservations.FirstOrDefault(reservation => reservation.MacAddress == mac)?.IPAddress;
}
