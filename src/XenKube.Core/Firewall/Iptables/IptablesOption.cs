namespace XenKube.Firewall.Iptables;

/// <summary>A long option of a match or target.</summary>
/// <param name="Name">Its name without the dashes.</param>
/// <param name="Values">How many words belong to it.</param>
/// <param name="Make">Makes the condition; null for an option that asks nothing of the packet.</param>
internal sealed record IptablesOption(string Name, int Values, Func<IReadOnlyList<string>, IptablesContext, Condition?>? Make = null);
