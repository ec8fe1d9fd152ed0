using System.Globalization;
using XenKube.Devices;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>
/// What guests do and which disks they hold, at one moment: the domains that Xen has, the processes of xl that make a domain or will
/// make the next one of a guest that reboots, and the guests whose memory is saved in files. The one place that answers who uses a
/// disk.
/// </summary>
internal sealed class GuestUses
{
    private static readonly string[] Migrating = ["--migratedaway", "--incoming"];

    private readonly IReadOnlyList<SavedGuest> _saved;
    private readonly IReadOnlySet<int> _left;

    private GuestUses(IReadOnlyList<XenDomain> domains, IReadOnlyList<XlProcess> processes, IReadOnlyList<SavedGuest> saved,
        IReadOnlySet<int> left)
    {
        Domains = domains;
        Processes = processes;
        _saved = saved;
        _left = left;
    }

    /// <summary>The domains, dom0 first.</summary>
    public IReadOnlyList<XenDomain> Domains { get; }

    /// <summary>The processes of xl that have a guest.</summary>
    public IReadOnlyList<XlProcess> Processes { get; }

    /// <summary>Looks at the host.</summary>
    /// <param name="xl">How to talk to Xen.</param>
    /// <param name="path">A disk or configuration, beside which a guest may be saved as well; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationFailedException">Xen does not answer.</exception>
    public static GuestUses Read(XlDriver xl, string? path = null, CancellationToken cancellationToken = default) =>
        Of(xl.List(cancellationToken), xl, path is null ? [] : [Folder(path)], cancellationToken);

    /// <summary>Looks at the host, and at all clusters for saved guests.</summary>
    /// <param name="xl">How to talk to Xen.</param>
    /// <param name="guestsPath">XENDIR/guests.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static GuestUses ReadAll(XlDriver xl, string guestsPath, CancellationToken cancellationToken) =>
        Of(xl.List(cancellationToken), xl, GuestConfigFile.Clusters(guestsPath), cancellationToken);

    /// <summary>The same where this machine may not run on Xen; then there are no domains, but there may be saved guests.</summary>
    public static GuestUses ReadIfXen(XlDriver xl, string? path = null, CancellationToken cancellationToken = default)
    {
        string[] folders = path is null ? [] : [Folder(path)];
        try
        {
            return Of(xl.Program is null ? [] : xl.List(cancellationToken), xl, folders, cancellationToken);
        }
        catch (OperationFailedException e) when (e.Id == ErrorIds.XenMissing)
        {
            return Of([], xl, folders, cancellationToken);
        }
    }

    /// <summary>The guests that are saved, where Xen does not answer.</summary>
    public static GuestUses WithoutXen(XlDriver xl, string guestsPath) =>
        Of([], xl, GuestConfigFile.Clusters(guestsPath), CancellationToken.None);

    /// <summary>The same uses with guests that are about to be started.</summary>
    public GuestUses With(IEnumerable<XenDomain> planned) => new([.. Domains, .. planned], Processes, _saved, _left);

    /// <summary>What a guest is doing.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="domain">Its domain; null for none.</param>
    public XenGuestState StateOf(string? name, XenDomain? domain) =>
        domain is not null ? domain.State
        : ProcessOf(name) is { } process ? process.IsBackground ? XenGuestState.Rebooting : XenGuestState.Paused
        : name is not null && _saved.Any(saved => saved.Name == name) ? XenGuestState.Saved
        : XenGuestState.Halted;

    /// <summary>The process of xl that has a guest, or null.</summary>
    /// <param name="name">The guest's name.</param>
    public XlProcess? ProcessOf(string? name) => name is null ? null : Processes.FirstOrDefault(process => process.Name == name);

    /// <summary>
    /// Determines whether a domain has ended and stays: its xl, which would remove it or make the next one, is not there any more.
    /// </summary>
    public bool IsLeft(XenDomain? domain) => domain is not null && _left.Contains(domain.Id);

    /// <summary>Who has an image as a disk.</summary>
    /// <param name="image">The image.</param>
    /// <param name="writing">True to look only for those that may write to it, where that is known.</param>
    /// <returns>The guest in its state and what to do; null where no guest has it.</returns>
    public ImageUser? UserOf(string image, bool writing = false)
    {
        var identity = FileIdentity.TextOf(image);
        bool IsImage(string disk) => FileIdentity.TextOf(disk) == identity;
        if (Domains.FirstOrDefault(domain => (writing ? domain.WritableDisks : domain.Disks).Any(IsImage)) is { } domain)
        {
            return Describe(domain, image);
        }
        foreach (var process in Processes)
        {
            var saved = process.SavedPath is { } path ? SavedGuest.TryRead(path) : null;
            if (process.Config?.Disks.Any(disk => IsImage(disk.Target)) == true || saved?.Disks.Any(IsImage) == true)
            {
                return Describe(process, process.Name ?? saved?.Name, image);
            }
        }
        return _saved.FirstOrDefault(saved => saved.Disks.Any(IsImage)) is { } guest ? Describe(guest, image) : null;
    }

    /// <summary>
    /// The domains come before the rest: one that ends meanwhile still counts, and of one that has just begun there is a process.
    /// </summary>
    private static GuestUses Of(IReadOnlyList<XenDomain> domains, XlDriver xl, IEnumerable<string> folders,
        CancellationToken cancellationToken)
    {
        var processes = XlProcess.All(xl.Options.SystemRoot, xl.Program ?? xl.Options.Path);
        bool HasXl(XenDomain domain) => processes.Any(process => process.Name is null || process.Name == domain.Name);
        var left = domains.Where(domain => HasEnded(domain) && !HasXl(domain)).Select(domain => domain.Id).ToHashSet();
        if (left.Count > 0)
        {
            // An xl that was faster has removed its domain before it ended: what is there even now is left.
            left.IntersectWith(xl.List(cancellationToken).Where(HasEnded).Select(domain => domain.Id));
        }
        return new(domains, processes, SavedGuest.All(xl.Options.SystemRoot, xl.Options.SavedGuests.Concat(folders)), left);
    }

    /// <summary>A domain that has shut down, whatever for, and that nobody removes at the moment.</summary>
    private static bool HasEnded(XenDomain domain) => domain.Name.Length > 0 && domain.XlState is not [.., 'd']
        && domain.State is XenGuestState.ShuttingDown or XenGuestState.Rebooting;

    private static string Folder(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";

    private ImageUser Describe(XenDomain domain, string image)
    {
        if (domain.Name.Length == 0)
        {
            return new(string.Create(CultureInfo.InvariantCulture,
                $"a domain that is being removed has it as a disk (number {domain.Id})"), "Wait until the domain is gone from 'xl list'");
        }
        if (Array.Find(Migrating, suffix => domain.Name.EndsWith(suffix, StringComparison.Ordinal)) is { } suffix)
        {
            return new($"the guest {Printable.Of(domain.Name[..^suffix.Length])} has it as a disk and is being migrated",
                "Wait until the migration is done; then the guest runs on the other host, with this disk");
        }
        var who = $"the guest {Printable.Of(domain.Name)}";
        var node = NodeOf(domain.Name, image);
        return domain.State switch
        {
            _ when IsLeft(domain) => new($"{who} has it as a disk; it has {GuestWords.Left}", Destroy(domain, node)),
            XenGuestState.Paused => new($"{who} has it as a disk and is paused", ResumeAndStop(domain, node)),
            XenGuestState.ShuttingDown => new($"{who} has it as a disk and is shutting down", Await("Wait until it is gone", node)),
            XenGuestState.Rebooting => Rebooting(who, node),
            XenGuestState.Crashed => new($"{who} has it as a disk; it has crashed, and its domain is kept", Destroy(domain, node)),
            XenGuestState.Saved => new($"{who} has it as a disk and is being saved", "Wait until it is saved; then restore and stop it"),
            _ => new($"{who} is running and has it as a disk", Stop(domain, node)),
        };
    }

    private static Remedy ResumeAndStop(XenDomain domain, string? node)
    {
        if (node is null)
        {
            return $"Let it go on, then stop it: {Xl("unpause", domain)}, {Xl("shutdown", domain)}";
        }
        return
            $"Let it go on, then stop it: {new RemedyAction(RemedyActionKind.ResumeGuest, node)}, then {new RemedyAction(RemedyActionKind.StopGuest, node)}";
    }

    private static Remedy Destroy(XenDomain domain, string? node)
    {
        if (node is null)
        {
            return $"Remove the domain: {Xl("destroy", domain)}";
        }
        return $"Remove the domain: {new RemedyAction(RemedyActionKind.DestroyGuest, node)}";
    }

    private static Remedy Stop(XenDomain domain, string? node)
    {
        if (node is null)
        {
            return $"Stop the guest: {Xl("shutdown", domain)}";
        }
        return $"Stop the guest: {new RemedyAction(RemedyActionKind.StopGuest, node)}";
    }

    private static Remedy Restore(string file, string? node)
    {
        if (node is null)
        {
            return $"Restore it ('xl restore {file}'), shut it down, and move {file} to another place";
        }
        return
            $"Restore it ('xl restore {file}'), stop it ({new RemedyAction(RemedyActionKind.StopGuest, node)}), and move {file} to another place";
    }

    private static ImageUser Describe(XlProcess process, string? name, string image)
    {
        var who = name is null ? "a guest" : $"the guest {Printable.Of(name)}";
        var node = name is null ? null : NodeOf(name, image);
        return process.IsBackground ? Rebooting(who, node)
            : new(
                string.Create(CultureInfo.InvariantCulture,
                    $"{who} has it as a disk and is being {(process.SavedPath is null ? "created" : "restored")} by xl (process {process.Id})"),
                Await("Wait until it runs, and stop it", node, RemedyActionKind.StopGuest));
    }

    private static ImageUser Describe(SavedGuest saved, string image)
    {
        var file = Printable.Of(saved.Path);
        var who = $"the guest {Printable.Of(saved.Name)} has it as a disk and is saved in {file}";
        return saved.IsOlderThan(image)
            ? new($"{who}, but the disk was changed after that",
                $"Move {file} to another place: a guest that is restored from it would damage the disk's file systems")
            : new(who, Restore(file, NodeOf(saved.Name, image)));
    }

    private static ImageUser Rebooting(string who, string? node) =>
        new($"{who} has it as a disk and is rebooting", Await("Wait until it runs again, and stop it", node, RemedyActionKind.StopGuest));

    private static Remedy Await(string text, string? node, RemedyActionKind kind = RemedyActionKind.AwaitGuestEnd)
    {
        if (node is null)
        {
            return text;
        }
        return $"{text}: {new RemedyAction(kind, node)}";
    }

    private static string Xl(string verb, XenDomain domain) =>
        $"xl {verb} {(GuestName.Refusal(domain.Name) is null ? domain.Name : domain.Id.ToString(CultureInfo.InvariantCulture))}";

    /// <summary>The node of a guest: a configuration with that name is beside the image.</summary>
    private static string? NodeOf(string name, string image)
    {
        try
        {
            return GuestConfigFile.In(Folder(image)).FirstOrDefault(file => file.TryReadName() == name)?.FullName;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
    }
}
