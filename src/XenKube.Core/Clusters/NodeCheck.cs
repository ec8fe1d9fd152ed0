using System.Globalization;
using System.Text;
using XenKube.Files;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Ignition;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Validation;
using XenKube.Images;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>Why will this node not boot, or not ignite? Everything that can be told without starting it; nothing is changed.</summary>
/// <param name="directory">The XENDIR.</param>
/// <param name="options">How thoroughly; null for the usual.</param>
public sealed class NodeCheck(XenDirectory directory, NodeCheckOptions? options = null)
{
    private readonly NodeCheckOptions _options = options ?? new NodeCheckOptions();

    /// <summary>Checks a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<CheckResult> Run(Node node, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        var results = new List<CheckResult>();
        GuestOfImage? guest = null;
        void Add(params IEnumerable<CheckResult> more)
        {
            cancellationToken.ThrowIfCancellationRequested();
            results.AddRange(more.Select(result => result with { Target = node.FullName }));
        }
        try
        {
            using var disk = NodeDisk.OpenRead(node.DiskPath);
            var check = new NodeDiskCheck(disk, node, TypeOf(node));
            Add(check.Run());
            guest = check.Guest;
        }
        catch (XenKubeException e)
        {
            Add(Failure("disk", e));
        }
        if (_options.Signature)
        {
            Add(CheckSignature(guest, cancellationToken));
        }
        Add(CheckIgnition(node, guest));
        Add(CheckConfig(node));
        Add(CheckAddress(node));
        if (_options.Endpoint)
        {
            Add(CheckEndpoint(node, cancellationToken));
        }
        return results;
    }

    internal static CheckResult Failure(string name, XenKubeException error) =>
        new(name, CheckStatus.Fail, error.Fault, error.Remedy ?? (name, error) switch
        {
            ("disk", ItemNotFoundException) => "Make it with New-Node (xenkube node new)",
            ("signature", _) => "Import the key it is signed with (Import-SigningKey), or download the image again (Get-CoreOSImage)",
            ("ignition", _) => "Publish it again: Publish-Ignition, or Reset-Ignition (xenkube node refresh)",
            ("config", _) => "Correct it, or make it again with New-XenGuest -Force",
            ("address", _) => "Correct the reservations (Get-DhcpReservation shows them)",
            ("endpoint", _) => "Test-XenKubeHost (xenkube host check) looks at the server",
            _ => "Make the disk again (New-Node -Force)",
        });

    private static GuestType TypeOf(Node node)
    {
        try
        {
            return File.Exists(node.GuestConfigPath) ? XenGuestConfig.Read(node.GuestConfigPath).Type : GuestType.PV;
        }
        catch (XenKubeException)
        {
            return GuestType.PV;
        }
    }

    /// <summary>The image a disk was poured from is the one of its release in the store; that one's signature is what can be proven.</summary>
    private CheckResult CheckSignature(GuestOfImage? guest, CancellationToken cancellationToken)
    {
        const string name = "signature";
        if (guest is null || guest.Version.Length == 0)
        {
            return new(name, CheckStatus.Warn, "the disk does not name its release, so its image cannot be looked up", "Make the disk again from a verified image");
        }
        if (new ImageStore(directory.ImagesPath).Find(guest.Version) is not { } image)
        {
            return new(name, CheckStatus.Warn, $"the image of release {guest.Version} is not in {directory.ImagesPath}", $"Get-CoreOSImage -Version {guest.Version} (xenkube image get {guest.Version})");
        }
        try
        {
            _ = NodeImage.Find(directory, image.Path, cancellationToken: cancellationToken);
            return new(name, CheckStatus.Pass, $"{image.Path} has a good signature by a trusted key");
        }
        catch (XenKubeException e)
        {
            return Failure(name, e);
        }
    }

    private CheckResult CheckIgnition(Node node, GuestOfImage? guest)
    {
        const string name = "ignition";
        const string publish = "Publish-Ignition, or Reset-Ignition (xenkube node refresh)";
        byte[] json;
        try
        {
            json = WholeFile.Read(node.IgnitionPath, 64 << 20, new FileReadErrors(ErrorIds.IgnitionNotPublished, ErrorIds.FileNotReadable, ErrorIds.IgnitionInvalid), regularOnly: true);
        }
        catch (ItemNotFoundException)
        {
            return new(name, CheckStatus.Fail, $"{node.IgnitionPath} is not published", publish);
        }
        catch (XenKubeException e)
        {
            return Failure(name, e);
        }
        var validation = IgnitionValidator.Validate(json);
        if (!validation.IsValid)
        {
            return new(name, CheckStatus.Fail, $"{node.IgnitionPath} is not valid: {Printable.Of(validation.Entries.First(entry => entry.Kind == ReportKind.Error).ToString())}", "Test-Ignition names every fault; correct the config and refresh");
        }
        if (FindOutdated(node, json) is { } outdated)
        {
            return new(name, CheckStatus.Warn, outdated, publish);
        }
        return guest?.Refuses(validation.Generation, validation.Version) is { } reason
            ? new(name, CheckStatus.Fail, $"{node.IgnitionPath} is Ignition {validation.Version}: {reason}", "Transpile for the image's release")
            : new(name, CheckStatus.Pass, $"{node.IgnitionPath} is valid Ignition {validation.Version}");
    }

    /// <summary>Why what is published is not what the node's template and config give now; null where it is, or where the node has no config.</summary>
    private string? FindOutdated(Node node, byte[] published)
    {
        var own = new NodeConfig(directory, node);
        try
        {
            if (own.HasTemplate && own.PrepareTemplate(force: false).Text is not null)
            {
                return $"{node.ConfigPath} is older than its template, what that includes, or the values of its variables";
            }
        }
        catch (XenKubeException e)
        {
            return $"the template cannot be expanded: {e.Fault}";
        }
        if (!File.Exists(node.ConfigPath))
        {
            return null;
        }
        var config = own.Transpile();
        if (!config.Succeeded)
        {
            return $"{node.ConfigPath} does not transpile: {ConfigFailure.Of(config, null).Fault}";
        }
        return Encoding.UTF8.GetBytes(config.Json).AsSpan().SequenceEqual(published) ? null
            : File.GetLastWriteTimeUtc(node.ConfigPath) > File.GetLastWriteTimeUtc(node.IgnitionPath) ? $"{node.ConfigPath} is newer than what is published"
            : $"{node.IgnitionPath} is not what {node.ConfigPath} gives";
    }

    private CheckResult CheckConfig(Node node)
    {
        const string name = "config";
        try
        {
            if (!File.Exists(node.GuestConfigPath))
            {
                return new(name, CheckStatus.Fail, $"{node.GuestConfigPath} does not exist", $"New-XenGuest {node.FullName} (xenkube guest new {node.FullName})");
            }
            var config = XenGuestConfig.Read(node.GuestConfigPath);
            if (config.Disks is not [var first, ..] || FileIdentity.TextOf(first.Target) != FileIdentity.TextOf(node.DiskPath))
            {
                return new(name, CheckStatus.Fail, $"{node.GuestConfigPath} boots from {(config.Disks is [var other, ..] ? Printable.Of(other.Target) : "no disk")}, not from {node.DiskPath}", "Correct disk= in it, or make it again with New-XenGuest -Force");
            }
            foreach (var file in GuestConfigFile.All(directory.GuestsPath).Where(file => file.Path != node.GuestConfigPath))
            {
                if (Readable(file.Path) is { } neighbour && (neighbour.Name == config.Name || neighbour.Disks.Any(disk => !disk.IsReadOnly && FileIdentity.TextOf(disk.Target) == FileIdentity.TextOf(node.DiskPath))))
                {
                    return new(name, CheckStatus.Fail, $"{file.Path} has the same {(neighbour.Name == config.Name ? "name" : "disk")}", "Give each guest a name and a disk of its own");
                }
            }
            GuestPreflight.Check(config, []);
            return new(name, CheckStatus.Pass, node.GuestConfigPath);
        }
        catch (XenKubeException e)
        {
            return Failure(name, e);
        }
    }

    private CheckResult CheckAddress(Node node)
    {
        const string name = "address";
        try
        {
            if ((File.Exists(node.GuestConfigPath) ? Readable(node.GuestConfigPath) : null) is not { Vifs: [{ MacAddress: { } mac }, ..] })
            {
                return new(name, CheckStatus.Fail, "the guest's configuration gives it no MAC address, so it gets another IP address at each start", "New-XenGuest takes one from the reservations");
            }
            if (GuestConfigFile.All(directory.GuestsPath).FirstOrDefault(file => file.Path != node.GuestConfigPath && (Readable(file.Path)?.Vifs.Any(vif => vif.MacAddress == mac) ?? false)) is { } other)
            {
                return new(name, CheckStatus.Fail, $"{mac} is the address of {other.FullName} as well", "Give one of them another MAC address");
            }
            var reserved = DhcpReservations.Read(directory.ReservationsPath).Items.Where(item => item.MacAddress == mac).ToList();
            return reserved.Count switch
            {
                0 => new(name, CheckStatus.Warn, $"{mac} has no reservation in {directory.ReservationsPath}, so the guest's IP address is not known beforehand", "New-DhcpReservation"),
                1 => new(name, CheckStatus.Pass, $"{mac} gets {reserved[0].IPAddress}"),
                _ => new(name, CheckStatus.Fail, $"{mac} is reserved {reserved.Count.ToString(CultureInfo.InvariantCulture)} times in {directory.ReservationsPath}", "Remove one of them with Remove-DhcpReservation"),
            };
        }
        catch (XenKubeException e)
        {
            return Failure(name, e);
        }
    }

    private static CheckResult CheckEndpoint(Node node, CancellationToken cancellationToken)
    {
        const string name = "endpoint";
        try
        {
            var result = IgnitionEndpoint.Test(node.IgnitionUri, node.IgnitionPath, TimeSpan.FromSeconds(5), cancellationToken);
            return result.IsOk ? new(name, CheckStatus.Pass, $"{node.IgnitionUri} serves what is published") : new(name, CheckStatus.Fail, $"{node.IgnitionUri}: {result.Problem}", "Test-XenKubeHost (xenkube host check) looks at the server");
        }
        catch (XenKubeException e)
        {
            return Failure(name, e);
        }
    }

    private static XenGuestConfig? Readable(string path)
    {
        try
        {
            return XenGuestConfig.Read(path);
        }
        catch (XenKubeException)
        {
            return null;
        }
    }
}
