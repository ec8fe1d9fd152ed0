namespace XenKube.Clusters;

/// <summary>Removes /etc/machine-id on ROOT, so that systemd applies its presets again and enables the config's units.</summary>
public sealed class MachineIdStep : IgnitionResetStep
{
    /// <inheritdoc/>
    public override string Name => "MachineId";

    /// <inheritdoc/>
    public override string GuideWord => "systemd";

    /// <inheritdoc/>
    public override string Sentence => $"remove {GuestLayout.MachineIdPath} on {GuestLayout.RootLabel}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Partitions => [GuestLayout.RootLabel];

    /// <inheritdoc/>
    private protected override int Order => 20;

    /// <inheritdoc/>
    internal override bool SharesFlushes => true;

    /// <inheritdoc/>
    internal override bool NeedsDisk(IgnitionResetWork work, bool? bootsByXenKube) => bootsByXenKube != true || work.IsNamed(this);

    /// <summary>
    /// Where XenKube's boot loader starts the node, the kernel's command line tells systemd. ROOT, which may have any file system, is
    /// edited only if the step was named.
    /// </summary>
    internal override bool AppliesTo(IgnitionResetWork work) => !work.BootsByXenKube || work.IsNamed(this);

    /// <inheritdoc/>
    internal override void Check(IgnitionResetWork work) => work.Open(GuestLayout.RootLabel)
        .Find(GuestLayout.MachineIdPath, followLink: false);

    /// <inheritdoc/>
    internal override (bool Changed, string Message) Apply(IgnitionResetWork work) =>
        work.Open(GuestLayout.RootLabel).Remove(GuestLayout.MachineIdPath)
        ? (true, $"Removed {GuestLayout.MachineIdPath} for systemd units refresh")
        : (false, $"{GuestLayout.MachineIdPath} was removed already");
}
