using XenKube.Booting.Grub;

namespace XenKube.Booting;

/// <summary>What the rules of a disk choose, before the kernel was looked at.</summary>
/// <param name="Rules">The rules.</param>
/// <param name="Entry">The menu entry.</param>
/// <param name="Kernel">The kernel; null where there is none.</param>
/// <param name="Problem">Why there is none.</param>
/// <param name="Advice">What to do about it.</param>
/// <param name="Tries">Boots left by the counter in an entry's name; null where there is none.</param>
internal sealed record BootChoice(BootRules Rules, string Entry, GrubKernel? Kernel, string? Problem = null, string Advice = "",
    int? Tries = null);
