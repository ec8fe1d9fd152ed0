namespace XenKube.Guests;

/// <summary>The programs that fetch a guest's kernel from its disk, which <c>bootloader=</c> of a guest's configuration names.</summary>
public static class BootLoaders
{
    /// <summary>
    /// Where the package installs XenKube's own boot loader. The path is absolute: at a guest's reboot xl starts it in another folder.
    /// </summary>
    public const string XenKube = "/usr/lib/xenkube/" + XenKubeName;

    /// <summary>Xen's own boot loader, by the name that xl looks for in its own folder first.</summary>
    public const string Pygrub = GuideDefaults.BootLoader;

    /// <summary>The words that stand for a boot loader, beside the path of a program.</summary>
    public static IReadOnlyList<string> Words { get; } = [nameof(XenKube), nameof(Pygrub)];

    private const string XenKubeName = "xenkube-boot";

    /// <summary>The program that a word stands for.</summary>
    /// <param name="word"><c>XenKube</c> or <c>Pygrub</c> in upper or lower case, or a program.</param>
    public static string ProgramOf(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Equals(nameof(XenKube), StringComparison.OrdinalIgnoreCase) ? XenKube
            : word.Equals(nameof(Pygrub), StringComparison.OrdinalIgnoreCase) ? Pygrub : word;
    }

    /// <summary>Whether a program is XenKube's boot loader, wherever it is installed.</summary>
    /// <param name="program">The program; null for none.</param>
    public static bool IsXenKube(string? program) => Path.GetFileName(program) == XenKubeName;

    /// <summary>Whether a program is pygrub, wherever it is installed.</summary>
    /// <param name="program">The program; null for none.</param>
    public static bool IsPygrub(string? program) => Path.GetFileName(program) == Pygrub;
}
