namespace XenKube.Clusters;

/// <summary>Creates first_boot on EFI-SYSTEM, whose presence makes Ignition run at the next boot.</summary>
public sealed class FirstBootStep : IgnitionResetStep
{
    /// <inheritdoc/>
    public override string Name => "FirstBoot";

    /// <inheritdoc/>
    public override string GuideWord => "firstboot";

    /// <inheritdoc/>
    public override string Sentence => $"create first_boot on {GuestLayout.BootLabel}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Partitions => [GuestLayout.BootLabel];

    /// <inheritdoc/>
    private protected override int Order => 50;

    /// <inheritdoc/>
    internal override IReadOnlyList<string> PartitionsOf(IgnitionResetWork work) => [work.Layout.FirstBootLabel];

    /// <inheritdoc/>
    internal override void Check(IgnitionResetWork work) =>
        work.Layout.RequireRoomForFirstBoot(work.Open(work.Layout.FirstBootLabel), work.Node.DiskPath);

    /// <inheritdoc/>
    internal override (bool Changed, string Message) Apply(IgnitionResetWork work)
    {
        var boot = work.Open(work.Layout.FirstBootLabel);
        var path = work.Layout.FirstBootPath;
        if (work.Layout.HasFirstBoot(boot))
        {
            return (false, $"{path[1..]} was there already");
        }
        boot.WriteFile(path, []);
        return (true, $"Creating {path[1..]}");
    }
}
