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
    internal override void Check(IgnitionResetWork work) => work.Open(GuestLayout.RootLabel)
        .Find(GuestLayout.MachineIdPath, followLink: false);

    /// <inheritdoc/>
    internal override (bool Changed, string Message) Apply(IgnitionResetWork work) =>
        work.Open(GuestLayout.RootLabel).Remove(GuestLayout.MachineIdPath)
        ? (true, $"Removed {GuestLayout.MachineIdPath} for systemd units refresh")
        : (false, $"{GuestLayout.MachineIdPath} was removed already");
}
