using XenKube.Booting;
using XenKube.Disks;
using XenKube.Guests;
using XenKube.Images;

namespace XenKube.Clusters;

/// <summary>The checks of a node that XenKube's boot loader starts: what it boots, and whether Ignition gets the config's URL.</summary>
/// <param name="disk">The disk.</param>
/// <param name="node">Its node.</param>
internal sealed class NodeLoaderCheck(DiskImage disk, Node node)
{
    private readonly Lazy<BootPlan> _plan = new(() =>
        new BootPlanner(disk, NodeBoot.OptionsOf(node, new NodeBootPlanOptions { ReadNotes = true })).Make());

    private Remedy ShowPlan => $"See why: {new RemedyAction(RemedyActionKind.ShowBootPlan, node.FullName)}";

    private Remedy UseLoader =>
        $"Have it written: {new RemedyAction(RemedyActionKind.SetBootLoader, node.FullName, nameof(BootLoaders.XenKube))}";

    /// <summary>What is booted next.</summary>
    public CheckResult CheckBoot()
    {
        const string name = "boot";
        var plan = _plan.Value;
        if (plan.Problem is { } problem)
        {
            return new(name, CheckStatus.Fail, Printable.Of(problem), plan.Advice.Length > 0 ? Printable.Of(plan.Advice) : ShowPlan);
        }
        return plan.Warnings is [var warning, ..]
            ? new(name, CheckStatus.Warn, $"boots {Printable.Of(plan.ToString())}, but {Printable.Of(warning)}", ShowPlan)
            : new(name, CheckStatus.Pass, $"xenkube-boot boots {Printable.Of(plan.ToString())}");
    }

    /// <summary>How the kernel is packed, and that it can be started as the guest configuration has it started.</summary>
    public CheckResult CheckKernel()
    {
        const string name = "kernel";
        var plan = _plan.Value;
        if (plan.Compression.Length == 0 || plan.CanRun != true)
        {
            return new(name, CheckStatus.Fail, plan.CanRun == false ? Printable.Of(plan.Problem ?? "it cannot run as the guest's type")
                : "no kernel was read", plan.Advice.Length > 0 ? Printable.Of(plan.Advice) : ShowPlan);
        }
        return new(name, CheckStatus.Pass, $"{Printable.Of(plan.KernelPath)} is packed with {plan.Compression}");
    }

    /// <summary>The URL in the guest configuration.</summary>
    public CheckResult CheckUrl()
    {
        const string name = "url";
        if (NodeBoot.TryReadConfig(node) is not { } config)
        {
            return new(name, CheckStatus.Fail, $"{node.GuestConfigPath} is not there, which names the config for xenkube-boot",
                $"Make it: {new RemedyAction(RemedyActionKind.MakeGuest, node.FullName)}");
        }
        if (!BootLoaders.IsXenKube(config.BootLoader))
        {
            return new(name, CheckStatus.Fail, $"{node.GuestConfigPath} names no boot loader that knows this disk", UseLoader);
        }
        var layout = GuestLayout.Detect(disk);
        Remedy point = $"Point the guest at it: {new RemedyAction(RemedyActionKind.RefreshStep, node.FullName, "grub")}";
        var found = GuestArguments.Of(config).Where(GuestArguments.IsConfigPlace).ToList();
        if (found.Find(argument => GuestArguments.IsConfigUri(argument) && !layout.TakesConfigUri(argument)) is { } unknown)
        {
            return new(name, CheckStatus.Fail,
                $"{node.GuestConfigPath} names the config by {unknown.Split('=')[0]}, which {DistributionNames.TitleOf(layout.Distribution)} does not know",
                point);
        }
        var place = new ConfigPlace(node, layout);
        if (node.ConfigSource == ConfigSource.Disk)
        {
            return !found.Order(StringComparer.Ordinal).SequenceEqual(ConfigDisk.Arguments)
                ? new(name, CheckStatus.Fail, $"{node.GuestConfigPath} does not lead Ignition to the second disk", point)
                : !config.Disks.Any(each => each.IsReadOnly && each.Target == node.ConfigDiskPath)
                ? new(name, CheckStatus.Fail, $"{node.GuestConfigPath} does not attach {node.ConfigDiskPath} for reading only", point)
                : new(name, CheckStatus.Pass, $"the second disk, {node.ConfigDiskPath}");
        }
        if (place.Uri is not { } uri)
        {
            return found is [var first, ..] ? new(name, CheckStatus.Fail,
                $"{node.GuestConfigPath} has {Printable.Of(first)}, which Ignition follows in place of {place.File.Path} on {place.File.Label}", point)
                : new(name, CheckStatus.Pass, $"{place.File.Path} on {place.File.Label}");
        }
        var text = found.LastOrDefault(GuestArguments.IsConfigUri) is { } argument
            ? argument[(argument.IndexOf('=', StringComparison.Ordinal) + 1)..] : null;
        return text is null ? new(name, CheckStatus.Fail,
                $"{node.GuestConfigPath} names no config in extra=, so Ignition has nothing to fetch", UseLoader)
            : text != uri.AbsoluteUri ? new(name, CheckStatus.Fail,
                $"{node.GuestConfigPath} names {Printable.Of(text)}, but the config is at {uri}", point)
            : new(name, CheckStatus.Pass, text);
    }
}
