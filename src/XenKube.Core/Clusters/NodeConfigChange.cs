using XenKube.Ignition.Comparing;

namespace XenKube.Clusters;

/// <summary>What publishing a node's config would change on the guest.</summary>
/// <param name="IsPublished">Whether a file is published for the node now.</param>
/// <param name="Damage">Why what is published is not an Ignition config; null where nothing is published or it is one.</param>
/// <param name="Comparison">The changes; where nothing usable is published, all that the new config has.</param>
public sealed record NodeConfigChange(bool IsPublished, string? Damage, IgnitionComparison Comparison)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Damage is null ? Comparison.ToString() : $"What is published is not an Ignition config ({Damage})\n{Comparison}";
}
