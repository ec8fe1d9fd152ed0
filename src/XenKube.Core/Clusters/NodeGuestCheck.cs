using System.Globalization;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>The part of a node's check that looks at the configuration and the address of its guest.</summary>
/// <param name="directory">The XENDIR.</param>
internal sealed class NodeGuestCheck(XenDirectory directory)
{
    /// <summary>Checks the configuration.</summary>
    /// <param name="node">The node.</param>
    /// <param name="uses">The disks in use; null where the guest runs.</param>
    public CheckResult CheckConfig(Node node, GuestUses? uses)
    {
        const string name = "config";
        try
        {
            if (!File.Exists(node.GuestConfigPath))
            {
                return new(name, CheckStatus.Fail, $"{node.GuestConfigPath} does not exist",
                    $"Make it: {new RemedyAction(RemedyActionKind.MakeGuest, node.FullName)}");
            }
            var config = XenGuestConfig.Read(node.GuestConfigPath);
            if (config.Disks is not [var first, ..] || FileIdentity.TextOf(first.Target) != FileIdentity.TextOf(node.DiskPath))
            {
                return new(name, CheckStatus.Fail,
                    $"{node.GuestConfigPath} boots from {(config.Disks is [var other, ..] ? Printable.Of(other.Target) : "no disk")}, not from {node.DiskPath}",
                    $"Correct disk= in it, or make it again: {new RemedyAction(RemedyActionKind.RemakeGuest, node.FullName)}");
            }
            foreach (var file in GuestConfigFile.All(directory.GuestsPath).Where(file => file.Path != node.GuestConfigPath))
            {
                if (Readable(file.Path) is { } neighbour && (neighbour.Name == config.Name
                    || neighbour.Disks.Any(disk => !disk.IsReadOnly
                        && FileIdentity.TextOf(disk.Target) == FileIdentity.TextOf(node.DiskPath))))
                {
                    return new(name, CheckStatus.Fail, $"{file.Path} has the same {(neighbour.Name == config.Name ? "name" : "disk")}",
                        "Give each guest a name and a disk of its own");
                }
            }
            GuestPreflight.Check(config, uses);
            return new(name, CheckStatus.Pass, node.GuestConfigPath);
        }
        catch (OperationFailedException e) when (e.Id == ErrorIds.FileNotReadable)
        {
            return NodeCheck.NotChecked(name, e.Fault, e.Advice);
        }
        catch (XenKubeException e)
        {
            return NodeCheck.Failure(name, e, node);
        }
    }

    /// <summary>Checks the address.</summary>
    /// <param name="node">The node.</param>
    public CheckResult CheckAddress(Node node)
    {
        const string name = "address";
        try
        {
            if ((File.Exists(node.GuestConfigPath) ? Readable(node.GuestConfigPath) : null) is not { Vifs: [{ MacAddress: { } mac }, ..] })
            {
                return new(name, CheckStatus.Fail,
                    "the guest's configuration gives it no MAC address, so it gets another IP address at each start",
                    $"Make it again with one of the reservations: {new RemedyAction(RemedyActionKind.RemakeGuest, node.FullName)}");
            }
            if (GuestConfigFile.All(directory.GuestsPath).FirstOrDefault(file =>
                file.Path != node.GuestConfigPath && (Readable(file.Path)?.Vifs.Any(vif => vif.MacAddress == mac) ?? false)) is { } other)
            {
                return new(name, CheckStatus.Fail, $"{mac} is the address of {other.FullName} as well",
                    "Give one of them another MAC address");
            }
            var reserved = DhcpReservations.Read(directory.ReservationsPath).Items.Where(item => item.MacAddress == mac).ToList();
            if (reserved.Count == 0 && new NodeGuests(directory).Reservations()
                .FirstOrDefault(pair => pair.MacAddress == mac) is { } elsewhere)
            {
                return new(name, CheckStatus.Pass, $"{mac} gets {elsewhere.IPAddress}");
            }
            return reserved.Count switch
            {
                0 => new(name, CheckStatus.Warn,
                    $"{mac} has no reservation in {directory.ReservationsPath}, so the guest's IP address is not known beforehand",
                    $"Reserve one: {new RemedyAction(RemedyActionKind.ReserveAddress, mac.ToString(), directory.ReservationsPath)}"),
                1 => new(name, CheckStatus.Pass, $"{mac} gets {reserved[0].IPAddress}"),
                _ => new(name, CheckStatus.Fail,
                    $"{mac} is reserved {reserved.Count.ToString(CultureInfo.InvariantCulture)} times in {directory.ReservationsPath}",
                    $"Remove one of them: {new RemedyAction(RemedyActionKind.RemoveReservation, reserved[^1].IPAddress.ToString(), directory.ReservationsPath)}"),
            };
        }
        catch (XenKubeException e)
        {
            return NodeCheck.Failure(name, e, node);
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
