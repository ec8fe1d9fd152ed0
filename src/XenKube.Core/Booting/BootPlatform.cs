namespace XenKube.Booting;

/// <summary>The kernel argument by which Ignition knows on what it runs; there is none for Xen.</summary>
internal static class BootPlatform
{
    private const string Entries = "ignition.platform.id=";
    private static readonly string[] Slots = ["flatcar.oem.id=", "coreos.oem.id="];

    /// <summary>Puts a platform in the place of the one that a disk has.</summary>
    /// <param name="arguments">The kernel's arguments.</param>
    /// <param name="platform">The platform.</param>
    /// <param name="rules">The rules by which the disk boots.</param>
    public static void Set(List<BootArgument> arguments, string platform, BootRules rules)
    {
        string[] names = rules == BootRules.Entries ? [Entries] : Slots;
        var isCoreOS = arguments.Any(argument => argument.Text.StartsWith("coreos.", StringComparison.Ordinal));
        arguments.RemoveAll(argument => names.Any(name => argument.Text.StartsWith(name, StringComparison.Ordinal)));
        var name = rules == BootRules.Slots && isCoreOS ? names[^1] : names[0];
        arguments.Add(new BootArgument(name + platform, "the boot loader's arguments"));
    }
}
