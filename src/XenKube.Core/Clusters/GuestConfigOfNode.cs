using XenKube.Guests;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>A guest's configuration made for a node from that of another name: what names the node is changed, and nothing else.</summary>
internal static class GuestConfigOfNode
{
    /// <summary>Options of a network card that only one guest can have.</summary>
    private static readonly string[] OwnCardOptions = ["ip", "vifname", "gatewaydev"];

    /// <summary>
    /// The configuration for a node's new name: the name of the domain where it is the usual one, the node's own disks, the URL of its
    /// config.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="from">The node that it is of; its files are in their places.</param>
    /// <param name="to">The node that it is for.</param>
    public static XenGuestConfig Rename(XenGuestConfig config, Node from, Node to)
    {
        if (config.Name == NodeName.UsualGuestName(from.Cluster, from.Name))
        {
            config = config.With("name", XenConfigValue.OfText(NodeName.UsualGuestName(to.Cluster, to.Name)));
        }
        for (var i = 0; i < config.Disks.Count; i++)
        {
            var disk = config.Disks[i];
            foreach (var (own, next) in new[] { (from.DiskPath, to.DiskPath), (from.ConfigDiskPath, to.ConfigDiskPath) })
            {
                if (Path.GetFileName(disk.Target) == Path.GetFileName(own) && FileIdentity.TextOf(disk.Target) == FileIdentity.TextOf(own))
                {
                    config = config.WithItem("disk", i, XenConfigValue.OfText(disk.ToString().Replace(disk.Target, next,
                        StringComparison.Ordinal)));
                }
            }
        }
        string Pointed(string argument) => GuestArguments.IsConfigUri(argument)
            && argument.EndsWith($"={from.IgnitionUri.AbsoluteUri}", StringComparison.Ordinal)
            ? argument[..^from.IgnitionUri.AbsoluteUri.Length] + to.IgnitionUri.AbsoluteUri : argument;
        return GuestArguments.With(config, [.. GuestArguments.Of(config).Select(Pointed)]);
    }

    /// <summary>The configuration for a copy of a node: without what the two guests cannot have both.</summary>
    /// <param name="config">The configuration of the node.</param>
    /// <param name="from">The node.</param>
    /// <param name="to">The copy.</param>
    /// <param name="left">Gets the disks that stay with the node alone.</param>
    public static XenGuestConfig Copy(XenGuestConfig config, Node from, Node to, ICollection<string> left)
    {
        config = Rename(config, from, to).Without("uuid");
        var kept = config.Disks.Where((disk, index) => index == 0 || (disk.IsReadOnly && disk.Target != to.ConfigDiskPath)).ToList();
        foreach (var disk in config.Disks.Except(kept).Where(disk => disk.Target != to.ConfigDiskPath))
        {
            left.Add(disk.Target);
        }
        if (kept.Count < config.Disks.Count)
        {
            config = config.With("disk", XenConfigValue.OfTexts(kept.Select(disk => disk.ToString())));
        }
        var cards = config.Vifs.Select(card => card.ToString()).ToList();
        var plain = config.Vifs.Select(card => string.Join(',', card.Options.Where(option => !OwnCardOptions.Contains(option.Key))
            .Select(option => option.Value.Length == 0 ? option.Key : $"{option.Key}={option.Value}"))).ToList();
        return plain.SequenceEqual(cards) ? config : config.With("vif", XenConfigValue.OfTexts(plain));
    }

    /// <summary>The cards after the first, without their addresses: the copy gets addresses of its own.</summary>
    public static IReadOnlyList<GuestCard> CardsOf(XenGuestConfig config) =>
    [
        .. config.Vifs.Skip(1).Where(card => card.Bridge is not null).Select(card => new GuestCard(card.Bridge!)
        {
            Vlan = int.TryParse(card["vlan"], out var vlan) ? vlan : null,
            Script = card["script"],
            Model = card.Model,
        }),
    ];
}
