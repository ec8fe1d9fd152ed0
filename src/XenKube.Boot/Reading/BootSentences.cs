using XenKube.Boot.Protocol;
using XenKube.Booting;

namespace XenKube.Boot.Reading;

/// <summary>What was booted and why, in a few sentences.</summary>
internal static class BootSentences
{
    /// <summary>The sentences about a plan.</summary>
    public static IReadOnlyList<string> Of(BootPlan plan, LoaderOptions options)
    {
        var sentences = plan.Warnings.Take(20).ToList();
        var version = plan.KernelVersion.Length > 0 ? $"Linux {plan.KernelVersion}" : "a kernel without a version";
        var type = options.Boot.IsGuestTypeOpen ? "" : options.Boot.GuestType == BootGuestType.Pv ? " as PV" : " as PVH";
        var kernel = $"{version} ({plan.Compression}, {plan.KernelPartition}:{plan.KernelPath})";
        sentences.Add($"{plan.Slot ?? plan.Entry} boots {kernel}{type}{Why(plan, options)}");
        sentences.Add(plan.WillIgnite ? "Ignition will run" : "Ignition will not run");
        if (!Confinement.IsNative)
        {
            sentences.Add("This build is for tests: the part that reads the disk keeps the rights of the loader");
        }
        return sentences;
    }

    private static string Why(BootPlan plan, LoaderOptions options)
    {
        if (options.Boot.Slot is not null || options.Boot.Entry is not null)
        {
            return ", as bootloader_args says";
        }
        if (plan.Rules == BootRules.Entries)
        {
            return ", the default entry";
        }
        var left = options.Counts ? plan.TriesAfter : plan.Tries;
        var are = left == 1 ? "try is" : "tries are";
        return plan.Tries is > 0
            ? FormattableString.Invariant($", with the highest priority; {left} {are} left after this boot")
            : ", with the highest priority of the systems that were booted before";
    }
}
