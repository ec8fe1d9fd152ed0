namespace XenKube.Clusters;

/// <summary>Points the OEM partition's grub.cfg at the node's config.</summary>
public sealed class GrubStep : IgnitionResetStep
{
    /// <inheritdoc/>
    public override string Name => "Grub";

    /// <inheritdoc/>
    public override string GuideWord => "grub";

    /// <inheritdoc/>
    public override string Sentence => $"point {OemGrubConfig.FilePath} on {OemGrubConfig.PartitionLabel} at the config";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Partitions => [OemGrubConfig.PartitionLabel, GuestLayout.BootLabel];

    /// <inheritdoc/>
    private protected override int Order => 10;

    /// <inheritdoc/>
    internal override void Check(IgnitionResetWork work) =>
        work.Grub = OemGrubConfig.Check(work.Open(OemGrubConfig.PartitionLabel), work.Node.DiskPath, work.ConfigUri);

    /// <inheritdoc/>
    internal override (bool Changed, string Message) Apply(IgnitionResetWork work)
    {
        var before = work.Grub!;
        work.Grub = before.Point(work.Open(OemGrubConfig.PartitionLabel), work.ConfigUri, work.Options.LinuxAppend, work.Layout);
        return (work.Grub.Text != before.Text, $"grub.cfg set to:{work.Grub.Line}");
    }
}
