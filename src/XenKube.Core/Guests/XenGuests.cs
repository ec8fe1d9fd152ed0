using System.Diagnostics;
using System.Net;
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
                guests.Add(Join(file, config, domain, uses.StateOf(config.Name, domain)));
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
        var uses = GuestUses.Read(Xl, configPath, cancellationToken);
        var domain = uses.Domains.FirstOrDefault(domain => domain.Name.Length > 0 && domain.Name == config.Name);
        return Join(FileOf(configPath), config, domain, uses.StateOf(config.Name, domain));
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
            var warnings = Create(path, options, cancellationToken);
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
            var warnings = Stop(path, options, cancellationToken) ? [] : new[] { $"{NameOf(path)} is not running" };
            return (After(path, options, null, cancellationToken), warnings);
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
            var name = NameOf(path);
            var old = Xl.List(cancellationToken).FirstOrDefault(domain => domain.Name == name);
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
                warnings = Create(path, options, cancellationToken);
            }
            else
            {
                RefuseSilent(path, old);
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
            var name = NameOf(path);
            var uses = GuestUses.ReadIfXen(Xl, path, cancellationToken);
            var domain = uses.Domains.FirstOrDefault(domain => domain.Name == name);
            if (uses.StateOf(name, domain) is var state and not XenGuestState.Halted)
            {
                if (!options.Force || state == XenGuestState.Saved)
                {
                    throw new ItemInUseException(ErrorIds.GuestRunning, path, null, $"the guest {name} is {GuestWords.Of(state)}",
                        ForActive(state));
                }
                Stop(path, options, cancellationToken);
                Wait(path, GuestCondition.Gone, options, null, cancellationToken);
            }
            var guest = Join(FileOf(path), XenGuestConfig.Read(path), null, XenGuestState.Halted);
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
            action(NameOf(path), options.Force);
            return (After(path, options, null, cancellationToken), []);
        }, cancellationToken);
    }

    private XenGuest After(string path, GuestActionOptions options, GuestStart? begin, CancellationToken cancellationToken) =>
        options.Wait is { } wanted ? Wait(path, wanted, options, begin, cancellationToken) : Get(path, cancellationToken);

    private XenGuest Wait(string path, GuestCondition condition, GuestActionOptions options, GuestStart? begin,
        CancellationToken cancellationToken) =>
        new GuestWait(this, path, begin).Until(condition, options.Timeout, cancellationToken);

    /// <summary>Starts a guest with its disks held, and looks once more who has them: another session may have been faster.</summary>
    private List<string> Create(string path, GuestActionOptions options, CancellationToken cancellationToken)
    {
        var config = XenGuestConfig.Read(path, isTrusted: true);
        using var held = TakeDisks(config, cancellationToken);
        GuestPreflight.Check(config, GuestUses.Read(Xl, path, cancellationToken));
        var warnings = new List<string>();
        if (options.ExtractKernel && config is { Kernel: null } or { BootLoader: not null })
        {
            config = WithCopies(config, held, warnings);
        }
        held.ReleaseBefore(config);
        var environment = new PygrubRights(Xl.Options.SystemRoot).Prepare(config, warnings.Add);
        warnings.AddRange(Xl.Create(config.Path!, options.Paused, environment, cancellationToken));
        return warnings;
    }

    private XenGuestConfig WithCopies(XenGuestConfig config, GuestImageLocks held, List<string> warnings)
    {
        var copy = CopyKernel ?? throw new InvalidOperationException("nothing here copies kernels");
        return held.First is { } disk ? copy(config, disk, warnings.Add)
            : throw new InvalidInputException(ErrorIds.GuestConfigInvalid, config.Path, config.PlaceOf("disk"),
                "a kernel can be copied from a disk of this host alone that the guest may write, and the first disk is none",
                $"Start the guest without {RemedyActionKind.ExtractKernelOption}");
    }

    private GuestImageLocks TakeDisks(XenGuestConfig config, CancellationToken cancellationToken)
    {
        try
        {
            return GuestImageLocks.Take(config);
        }
        catch (ItemInUseException)
        {
            // A program that starts a guest holds its disks as well: then the guest is named, and not the lock.
            GuestPreflight.Check(config, GuestUses.Read(Xl, config.Path, cancellationToken));
            throw;
        }
    }

    /// <summary>Shuts a guest down or destroys it. One that reboots is waited for: its xl would start it again.</summary>
    /// <returns>False when it does not run.</returns>
    private bool Stop(string path, GuestActionOptions options, CancellationToken cancellationToken)
    {
        var name = NameOf(path);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var asked = watch.Elapsed;
            try
            {
                if (options.Force)
                {
                    Xl.Destroy(name, cancellationToken);
                }
                else
                {
                    RefuseSilent(path, Xl.List(cancellationToken).FirstOrDefault(domain => domain.Name == name));
                    Xl.Shutdown(name, cancellationToken);
                }
                return true;
            }
            catch (ItemNotFoundException e) when (e.Id == ErrorIds.GuestNotRunning)
            {
                if (GuestUses.Read(Xl, cancellationToken: cancellationToken).ProcessOf(name) is null)
                {
                    return false;
                }
                if (watch.Elapsed > options.Timeout)
                {
                    throw new OperationFailedException(ErrorIds.WaitTimeout, path, null,
                        "the guest is being started, and its domain did not appear in time",
                        $"Wait longer with {RemedyActionKind.TimeoutOption}");
                }
                cancellationToken.WaitHandle.WaitOne(GuestBatch.PauseAfter(watch.Elapsed - asked));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>A paused or crashed guest never answers: xl would wait a minute for it.</summary>
    private static void RefuseSilent(string path, XenDomain? domain)
    {
        if (domain?.State is XenGuestState.Paused or XenGuestState.Crashed)
        {
            var isPaused = domain.State == XenGuestState.Paused;
            throw new OperationFailedException(ErrorIds.GuestNotResponding, domain.Name, null,
                $"the guest {(isPaused ? "is paused" : "has crashed")} and cannot react", isPaused
                    ? ForPaused(FileOf(path).FullName) : ForCrashed(FileOf(path).FullName));
        }
    }

    internal static Remedy ForActive(XenGuestState state)
    {
        if (state == XenGuestState.Saved)
        {
            return "Restore it and stop it, or move the file that it is saved in to another place";
        }
        return $"Stop it first, or use {RemedyActionKind.ForceOption} to destroy it";
    }

    internal static Remedy ForPaused(string node) =>
        $"Let it go on first ({new RemedyAction(RemedyActionKind.ResumeGuest, node)}), or destroy it ({new RemedyAction(RemedyActionKind.DestroyGuest, node)})";

    internal static Remedy ForCrashed(string node) => $"Remove its domain: {new RemedyAction(RemedyActionKind.DestroyGuest, node)}";

    private static string NameOf(string configPath)
    {
        var config = XenGuestConfig.Read(configPath);
        if (GuestName.Refusal(config.Name) is { } reason)
        {
            throw new InvalidInputException(ErrorIds.GuestNameInvalid, configPath, config.PlaceOf("name"),
                $"'{Printable.Of(config.Name)}' cannot be a guest's name: {reason}");
        }
        return config.Name!;
    }

    private static GuestConfigFile FileOf(string path)
    {
        var full = Path.GetFullPath(path);
        return new GuestConfigFile(Path.GetFileName(Path.GetDirectoryName(full)) ?? "", Path.GetFileNameWithoutExtension(full), full);
    }

    private XenGuest Join(GuestConfigFile file, XenGuestConfig config, XenDomain? domain, XenGuestState state)
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
            AutoStart = new GuestAutoStart(Xl.Options.SystemRoot).Find(file.Path) is not null,
            DiskPath = config.Disks is [var disk, ..] ? disk.Target : null,
            XlState = domain?.XlState ?? "",
        };
    }

    private XenGuest Foreign(XenDomain domain)
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
        ? null : _reservations.FirstOrDefault(reservation => reservation.MacAddress == mac)?.IPAddress;
}
