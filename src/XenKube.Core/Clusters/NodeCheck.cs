using System.Globalization;
using XenKube.Disks;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Images;

namespace XenKube.Clusters;

/// <summary>
/// Why will this node not boot, or not ignite? Everything that can be determined without starting it; nothing is changed.
/// </summary>
/// <param name="directory">The XENDIR.</param>
/// <param name="options">How thoroughly; null for the usual.</param>
/// <param name="xl">How to ask what the guest is doing; null for the xl on the PATH.</param>
public sealed class NodeCheck(XenDirectory directory, NodeCheckOptions? options = null, XlDriver? xl = null)
{
    private readonly NodeCheckOptions _options = options ?? new NodeCheckOptions();
    private readonly XlDriver _xl = xl ?? new NodeGuests(directory).Xl;

    /// <summary>Checks a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<CheckResult> Run(Node node, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        var results = new List<CheckResult>();
        GuestOfImage? guest = null;
        NodeDiskCheck? own = null;
        void Add(params IEnumerable<CheckResult> more)
        {
            cancellationToken.ThrowIfCancellationRequested();
            results.AddRange(more.Select(result => result with { Target = node.FullName, XenDir = node.XenDir }));
        }
        var (uses, state) = StateOf(node, Add);
        try
        {
            (var found, guest, own) = ImageReader.ReadOnce(
                node.DiskPath,
                disk =>
                {
                    var check = new NodeDiskCheck(disk, node, state);
                    return (check.Run().ToList(), check.Guest, check);
                },
                cancellationToken);
            Add(found);
        }
        catch (ItemInUseException e) when (e.Id == ErrorIds.ImageModified)
        {
            // A guest that runs writes to its disk; nothing is known of it then, neither good nor bad.
            Add(new CheckResult("disk", CheckStatus.Warn, e.Fault, e.Advice));
        }
        catch (XenKubeException e)
        {
            Add(DiskFailure("disk", e, node, state));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Add(Failure("disk", NodeDisk.Unexpected(node.DiskPath, e), node));
        }
        if (_options.Signature)
        {
            Add(CheckSignature(node, guest, cancellationToken));
        }
        Add(new NodeIgnitionCheck(directory, _options).Run(node, guest, own));
        if (NodeSecretsCheck.Run(node) is { } secrets)
        {
            Add(secrets);
        }
        var guests = new NodeGuestCheck(directory);
        Add(guests.CheckConfig(node, state == XenGuestState.Halted ? uses : null));
        Add(guests.CheckAddress(node));
        if (_options.Endpoint && node.ConfigSource == ConfigSource.Http)
        {
            Add(CheckEndpoint(node, cancellationToken));
        }
        return results;
    }

    internal static CheckResult Failure(string name, XenKubeException error, Node node) =>
        new(name, CheckStatus.Fail, error.Fault, error.Advice ?? Usual(name, error, node));

    /// <summary>
    /// A check of the disk that found an error. Only what is broken on a disk that nobody changes is a fault of the disk; what this user
    /// may not read, or what a guest is just writing, was not checked.
    /// </summary>
    internal static CheckResult DiskFailure(string name, XenKubeException error, Node node, XenGuestState state) => error switch
    {
        ItemNotFoundException when name == "disk" => Failure(name, error, node),
        CorruptImageException when state == XenGuestState.Halted =>
            new(name, CheckStatus.Fail, error.Fault, error.Advice ?? PourAgain(node)),
        CorruptImageException =>
            NotChecked(name, $"the guest is {GuestWords.Of(state)}, and what it writes cannot be read now ({error.Fault})",
                $"Check again when the guest is stopped: {new RemedyAction(RemedyActionKind.CheckNode, node.FullName)}"),
        UnsupportedFeatureException => new(name, CheckStatus.Fail, error.Fault, error.Advice),
        _ => NotChecked(name, error.Fault, error.Advice ?? "Run this as root"),
    };

    /// <summary>How the message of a check begins that could not be made.</summary>
    internal const string NotCheckedPrefix = "not checked: ";

    /// <summary>A check that could not be made says nothing about what it would have checked.</summary>
    internal static CheckResult NotChecked(string name, string reason, Remedy? remedy) =>
        new(name, CheckStatus.Warn, NotCheckedPrefix + reason, remedy);

    /// <summary>What to do about a check that found an error without a remedy of its own.</summary>
    private static Remedy? Usual(string name, XenKubeException error, Node node) => (name, error) switch
    {
        ("disk", ItemNotFoundException) => $"Make it: {new RemedyAction(RemedyActionKind.MakeNode, node.FullName)}",
        ("signature", _) =>
            $"Import the key it is signed with ({new RemedyAction(RemedyActionKind.ImportKey, "FILE")}), or download the image again",
        ("ignition", _) => NodeIgnitionCheck.PublishAgain(node),
        ("config", _) => $"Correct it, or make it again: {new RemedyAction(RemedyActionKind.RemakeGuest, node.FullName)}",
        ("address", _) => "Correct the file of reservations",
        ("endpoint", _) => $"Check the server: {RemedyActionKind.CheckHost}",
        _ => null,
    };

    private static Remedy DestroyGuest(Node node) => $"Remove its domain: {new RemedyAction(RemedyActionKind.DestroyGuest, node.FullName)}";

    /// <summary>For a disk that cannot be mended: nothing less helps.</summary>
    internal static Remedy PourAgain(Node node) =>
        $"If nothing on the disk is needed any more, make the disk again: {new RemedyAction(RemedyActionKind.RemakeNode, node.FullName)}";

    /// <summary>What the guest is doing. A guest that does not run needs no line of its own.</summary>
    private (GuestUses? Uses, XenGuestState State) StateOf(Node node, Action<IEnumerable<CheckResult>> add)
    {
        const string name = "guest";
        GuestUses uses;
        try
        {
            uses = GuestUses.ReadIfXen(_xl, node.DiskPath);
        }
        catch (XenKubeException e)
        {
            add([NotChecked(name, $"whether it runs is not known: {e.Fault}", e.Advice)]);
            return (null, XenGuestState.Halted);
        }
        var domain = uses.Domains.FirstOrDefault(domain => domain.Name == node.GuestName);
        var state = uses.StateOf(node.GuestName, domain);
        var number = domain is null ? "" : string.Create(CultureInfo.InvariantCulture, $", as domain {domain.Id}");
        var remedy = uses.UserOf(node.DiskPath)?.Remedy;
        switch (state)
        {
            case XenGuestState.Halted:
                break;
            case var _ when uses.IsLeft(domain):
                add([new(name, CheckStatus.Warn, $"{node.GuestName} has {GuestWords.Left}{number}", remedy ?? DestroyGuest(node))]);
                break;
            case XenGuestState.Running or XenGuestState.Rebooting or XenGuestState.ShuttingDown:
                add([new(name, CheckStatus.Pass, $"{node.GuestName} is {GuestWords.Of(state)}{number}")]);
                break;
            case XenGuestState.Paused when domain is not null:
                add([new(name, CheckStatus.Warn, $"{node.GuestName} is paused{number}",
                    $"Let it go on: {new RemedyAction(RemedyActionKind.ResumeGuest, node.FullName)}")]);
                break;
            case XenGuestState.Paused:
                add([new(name, CheckStatus.Pass, $"{node.GuestName} is being created")]);
                break;
            case XenGuestState.Crashed:
                add([new(name, CheckStatus.Fail, $"{node.GuestName} has crashed{number}", remedy ?? DestroyGuest(node))]);
                break;
            default:
                add([new(name, CheckStatus.Warn, uses.UserOf(node.DiskPath)?.Description ?? $"{node.GuestName} is saved", remedy)]);
                break;
        }
        return (uses, state);
    }

    /// <summary>
    /// The image a disk was poured from is the one of its release in the store; the signature of that image can be verified.
    /// </summary>
    private CheckResult CheckSignature(Node node, GuestOfImage? guest, CancellationToken cancellationToken)
    {
        const string name = "signature";
        if (guest is null || guest.Version.Length == 0)
        {
            return guest is null
                ? NotChecked(name, "the release of the disk is not known, so its image cannot be looked up",
                    $"See the checks of the disk: {new RemedyAction(RemedyActionKind.CheckNode, node.FullName)}")
                : new(name, CheckStatus.Warn, "the disk does not name its release, so its image cannot be looked up",
                    "Verify the image that the disk was made from, if it is known; a disk that boots need not be made again");
        }
        if (new ImageStore(directory.ImagesPath).Find(guest.Version) is not { } image)
        {
            if (guest.Version.StartsWith("0.", StringComparison.Ordinal))
            {
                return new(name, CheckStatus.Warn,
                    $"the disk names the release {guest.Version}, which nobody publishes, so its image cannot be looked up",
                    $"Put its image and the signature into {directory.ImagesPath}");
            }
            return new(name, CheckStatus.Warn, $"the image of release {guest.Version} is not in {directory.ImagesPath}",
                $"Download it: {new RemedyAction(RemedyActionKind.GetImage, guest.Version)}");
        }
        try
        {
            _ = NodeImage.Find(directory, image.Path, cancellationToken: cancellationToken);
            return new(name, CheckStatus.Pass, $"{image.Path} has a good signature by a trusted key");
        }
        catch (XenKubeException e)
        {
            return Failure(name, e, node);
        }
    }

    private static CheckResult CheckEndpoint(Node node, CancellationToken cancellationToken)
    {
        const string name = "endpoint";
        try
        {
            var result = IgnitionEndpoint.Test(node.IgnitionUri, node.IgnitionPath, TimeSpan.FromSeconds(5), cancellationToken);
            return result.IsOk ? new(name, CheckStatus.Pass, $"{node.IgnitionUri} serves what is published") : new(name, CheckStatus.Fail,
                $"{node.IgnitionUri}: {result.Problem}", result.Advice ?? $"Check the server: {RemedyActionKind.CheckHost}");
        }
        catch (XenKubeException e)
        {
            return Failure(name, e, node);
        }
    }
}
