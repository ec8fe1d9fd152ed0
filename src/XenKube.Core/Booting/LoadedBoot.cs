namespace XenKube.Booting;

/// <summary>What a boot loader has loaded.</summary>
/// <param name="Plan">The plan: the system that is booted, or the reason why none is.</param>
/// <param name="Taken">The slots that were chosen, each of which takes a try, also one that was passed over.</param>
internal sealed record LoadedBoot(BootPlan Plan, IReadOnlyCollection<UsrSlot> Taken);
