using XenKube.Guests;

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
    internal override bool SharesFlushes => true;

    /// <inheritdoc/>
    internal override bool NeedsDisk(IgnitionResetWork work, bool? bootsByXenKube) =>
        bootsByXenKube != true || work.Node.ConfigSource != ConfigSource.Http;

    /// <inheritdoc/>
    internal override IReadOnlyList<string> PartitionsOf(IgnitionResetWork work) => work.BootsByXenKube ? [] : Partitions;

    /// <summary>
    /// XenKube's boot loader takes the URL from the guest configuration: the step is left out where the URL is right there.
    /// </summary>
    internal override bool AppliesTo(IgnitionResetWork work) =>
        !work.BootsByXenKube || work.IsNamed(this) || Pointed(work) is { IsChanged: true };

    /// <inheritdoc/>
    internal override void Check(IgnitionResetWork work)
    {
        if (work.BootsByXenKube)
        {
            if (work.ConfigUri is { } uri)
            {
                GrubScript.CheckUri(uri);
            }
            work.GuestConfig = Pointed(work)?.Config;
            return;
        }
        work.Grub = OemGrubConfig.Check(work.Open(OemGrubConfig.PartitionLabel), work.Node.DiskPath, work.ConfigUri!);
    }

    /// <inheritdoc/>
    internal override (bool Changed, string Message) Apply(IgnitionResetWork work)
    {
        if (work.BootsByXenKube)
        {
            return ApplyToGuest(work);
        }
        var before = work.Grub!;
        work.Grub = before.Point(work.Open(OemGrubConfig.PartitionLabel), work.ConfigUri!, work.Options.LinuxAppend, work.Layout);
        return (work.Grub.Text != before.Text, $"grub.cfg set to:{work.Grub.Line}");
    }

    private static (bool Changed, string Message) ApplyToGuest(IgnitionResetWork work)
    {
        var file = Path.GetFileName(work.Node.GuestConfigPath);
        if (work.GuestConfig is not { } config)
        {
            return (false, $"There is no {file} yet, which names the config");
        }
        var before = NodeBoot.TryReadConfig(work.Node)?.ToString();
        config.Save();
        return (config.ToString() != before, $"{file} set to:{string.Join(' ', GuestArguments.Of(config))}");
    }

    // The guest configuration as it should be, and whether that changes the file; null where there is none.
    private static (XenGuestConfig Config, bool IsChanged)? Pointed(IgnitionResetWork work)
    {
        if (NodeBoot.TryReadConfig(work.Node) is not { } config)
        {
            return null;
        }
        // Another parameter of Ignition for the same URL is as good.
        var there = GuestArguments.Of(config);
        var names = there.Where(GuestArguments.IsConfigPlace).ToList();
        IReadOnlyList<string> uri = names is [var only] && work.ConfigUri is { } wanted
            && only.EndsWith($"={wanted.AbsoluteUri}", StringComparison.Ordinal) && work.LayoutIfKnown?.TakesConfigUri(only) != false
            ? names : NodeBoot.ArgumentsOf(work.LayoutIfKnown, work.Node, work.Options.ConfigUri);
        var added = work.Options.LinuxAppend.Where(argument => !NamePattern.IsPattern(argument) && !there.Contains(argument));
        var pointed = ConfigDisk.Attach(GuestArguments.WithConfigUri(config, [.. uri, .. added]), work.Node.ConfigDiskPath,
            work.Node.ConfigSource == ConfigSource.Disk);
        return (pointed, pointed.ToString() != config.ToString());
    }
}
