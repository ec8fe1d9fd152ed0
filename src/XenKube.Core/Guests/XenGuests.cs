using XenKube.Devices;
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

    private XenGuestRecords Records => new(Xl, _reservations);

    /// <summary>How to talk to Xen.</summary>
    public XlDriver Xl { get; } = xl;

    /// <summary>
    /// Determines whether a guest has fetched its config since it was started at the given time; null where nothing knows that.
    /// </summary>
    internal Func<XenGuest, DateTimeOffset?, bool>? HasFetched { get; init; }

    /// <summary>
    /// Refuses the configuration of a guest that fetches nothing, so that nobody waits for that; null where nothing knows.
    /// </summary>
    internal Action<string>? RequireFetch { get; init; }

    /// <summary>
    /// Copies the kernel of a guest's first disk, which is held, to dom0; gives the configuration that boots the copy. Null where nothing
    /// can do that.
    /// </summary>
    internal Func<XenGuestConfig, BlockDevice, Action<string>, XenGuestConfig>? CopyKernel { get; init; }

    /// <summary>
    /// Keeps other processes from changing the configurations while they are changed here; null where there is no need to.
    /// </summary>
    internal Func<string, CancellationToken, IDisposable>? Lock { get; init; }

    /// <summary>Every guest that has a configuration or a domain, those of XENDIR first, in the order of their clusters.</summary>
    /// <param name="warn">Called with what could not be read; null to ignore it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <remarks>Where this machine does not run on Xen every guest is Halted, with a warning.</remarks>
    public IReadOnlyList<XenGuest> List(Action<string>? warn = null, CancellationToken cancellationToken = default)
    {
        GuestUses uses;
        try
        {
            uses = GuestUses.ReadAll(Xl, guestsPath, cancellationToken);
        }
        catch (OperationFailedException e) when (e.Id == ErrorIds.XenMissing || e.Id == ErrorIds.XlMissing)
        {
            warn?.Invoke($"guests are shown without their domains: {e.Message}");
            uses = GuestUses.WithoutXen(Xl, guestsPath);
        }
        var domains = uses.Domains;
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
                guests.Add(Records.Join(file, config, domain, uses.StateOf(config.Name, domain)));
            }
            catch (XenKubeException e)
            {
                warn?.Invoke(e.Message);
            }
        }
        guests.AddRange(domains.Where(domain => domain.Id != 0 && !matched.Contains(domain.Id)).Select(Records.Foreign));
        return guests;
    }

    /// <summary>One guest as it is now.</summary>
    /// <param name="configPath">Its configuration.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public XenGuest Get(string configPath, CancellationToken cancellationToken = default) => Look(configPath, cancellationToken).Guest;

    /// <summary>The same, with whether its domain has ended and nothing is left that removes it.</summary>
    internal (XenGuest Guest, bool IsLeft) Look(string configPath, CancellationToken cancellationToken)
    {
        var config = XenGuestConfig.Read(configPath);
        var uses = GuestUses.Read(Xl, configPath, cancellationToken);
        var domain = uses.Domains.FirstOrDefault(domain => domain.Name.Length > 0 && domain.Name == config.Name);
        return (Records.Join(GuestConfigFile.At(configPath), config, domain, uses.StateOf(config.Name, domain)), uses.IsLeft(domain));
    }

    /// <summary>Starts guests. All of them are checked before the first is started.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A result for each, in the order they were given.</returns>
    public IReadOnlyList<GuestResult> Start(IReadOnlyList<string> configPaths, GuestActionOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new GuestActionOptions();
        var refused = GuestPreflight.CheckAll(configPaths, GuestUses.ReadAll(Xl, guestsPath, cancellationToken));
        return GuestBatch.Run(configPaths, options, path =>
        {
            if (refused.TryGetValue(path, out var reason))
            {
                throw reason;
            }
            CheckCondition(path, options.Wait);
            var begin = GuestStart.Now;
            var warnings = new GuestCreation(Xl, CopyKernel).Create(path, options, cancellationToken);
            return (After(path, options, begin, cancellationToken), warnings);
        }, cancellationToken);
    }

    /// <summary>Shuts guests down, or destroys them with Force. One that does not run is as it should be: a warning says so.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<GuestResult> Stop(IReadOnlyList<string> configPaths, GuestActionOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new GuestActionOptions();
        return GuestBatch.Run(configPaths, options, path =>
        {
            var shutdown = new GuestShutdown(Xl);
            var warnings = shutdown.Stop(path, options, cancellationToken) ? [] : new[] { $"{GuestName.Of(path)} is not running" };
            var guest = options.Wait is { } wanted
                ? new GuestWait(this, path, null) { RemoveLeft = name => shutdown.RemoveLeft(path, name, cancellationToken) }
                    .Until(wanted, options.Timeout, cancellationToken)
                : Get(path, cancellationToken);
            return (guest, warnings);
        }, cancellationToken);
    }

    /// <summary>Restarts guests: asks them to, or with Force destroys and starts them.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<GuestResult> Restart(IReadOnlyList<string> configPaths, GuestActionOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new GuestActionOptions();
        return GuestBatch.Run(configPaths, options, path =>
        {
            CheckCondition(path, options.Wait);
            var name = GuestName.Of(path);
            var uses = GuestUses.Read(Xl, cancellationToken: cancellationToken);
            var old = uses.Domains.FirstOrDefault(domain => domain.Name == name);
            var begin = GuestStart.Now;
            IReadOnlyList<string> warnings = [];
            if (options.Force)
            {
                if (old is not null)
                {
                    Xl.Destroy(name, cancellationToken);
                    Wait(path, GuestCondition.Gone, options, null, cancellationToken);
                }
                begin = GuestStart.Now;
                warnings = new GuestCreation(Xl, CopyKernel).Create(path, options, cancellationToken);
            }
            else
            {
                GuestShutdown.RefuseSilent(path, old, uses);
                Xl.Reboot(name, cancellationToken);
                if (options.Wait is not null && old is not null)
                {
                    // Until the background xl has run the boot loader again there is a moment without any domain of that name.
                    GuestBatch.Until(path, "come back under a new number", options.Timeout,
                        () => Xl.List(cancellationToken).Any(domain => domain.Name == name && domain.Id != old.Id), cancellationToken);
                }
            }
            return (After(path, options, begin, cancellationToken), warnings);
        }, cancellationToken);
    }

    /// <summary>Pauses guests.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<GuestResult> Suspend(IReadOnlyList<string> configPaths, GuestActionOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Act(configPaths, options, (name, _) => Xl.Pause(name, cancellationToken), cancellationToken);

    /// <summary>Lets paused guests run on.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<GuestResult> Resume(IReadOnlyList<string> configPaths, GuestActionOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Act(configPaths, options, (name, _) => Xl.Unpause(name, cancellationToken), cancellationToken);

    /// <summary>Removes guests' configurations; a running guest is refused, or destroyed first with Force. The disks stay.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<GuestResult> Remove(IReadOnlyList<string> configPaths, GuestActionOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new GuestActionOptions();
        using var held = Lock?.Invoke("removing guest configurations", cancellationToken);
        return GuestBatch.Run(configPaths, options, path =>
        {
            var name = GuestName.Of(path);
            var uses = GuestUses.ReadIfXen(Xl, path, cancellationToken);
            var domain = uses.Domains.FirstOrDefault(domain => domain.Name == name);
            if (uses.StateOf(name, domain) is var state and not XenGuestState.Halted)
            {
                if (!options.Force || state == XenGuestState.Saved)
                {
                    throw new ItemInUseException(ErrorIds.GuestRunning, path, null, $"the guest {name} is {GuestWords.Of(state)}",
                        GuestRemedies.ForActive(state));
                }
                new GuestShutdown(Xl).Stop(path, options, cancellationToken);
                Wait(path, GuestCondition.Gone, options, null, cancellationToken);
            }
            var guest = Records.Join(GuestConfigFile.At(path), XenGuestConfig.Read(path), null, XenGuestState.Halted);
            try
            {
                if (guest.AutoStart)
                {
                    new GuestAutoStart(Xl.Options.SystemRoot).Set(path, isOn: false);
                }
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
    public IReadOnlyList<GuestResult> Wait(IReadOnlyList<string> configPaths, GuestCondition condition, GuestActionOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new GuestActionOptions();
        return GuestBatch.Run(configPaths, options with { ThrottleLimit = Math.Max(options.ThrottleLimit, configPaths.Count) },
            path =>
            {
                CheckCondition(path, condition);
                return (Wait(path, condition, options, null, cancellationToken), []);
            }, cancellationToken);
    }

    private void CheckCondition(string path, GuestCondition? condition)
    {
        if (condition == GuestCondition.Ignition)
        {
            RequireFetch?.Invoke(path);
        }
    }

    private GuestResult[] Act(IReadOnlyList<string> configPaths, GuestActionOptions? options, Action<string, bool> action,
        CancellationToken cancellationToken)
    {
        options ??= new GuestActionOptions();
        return GuestBatch.Run(configPaths, options, path =>
        {
            action(GuestName.Of(path), options.Force);
            return (After(path, options, null, cancellationToken), []);
        }, cancellationToken);
    }

    private XenGuest After(string path, GuestActionOptions options, GuestStart? begin, CancellationToken cancellationToken) =>
        options.Wait is { } wanted ? Wait(path, wanted, options, begin, cancellationToken) : Get(path, cancellationToken);

    private XenGuest Wait(string path, GuestCondition condition, GuestActionOptions options, GuestStart? begin,
        CancellationToken cancellationToken) =>
        new GuestWait(this, path, begin).Until(condition, options.Timeout, cancellationToken);
}
