namespace XenKube.Booting;

/// <summary>The kernel arguments that make Ignition run.</summary>
internal static class FirstBoot
{
    /// <summary>Makes systemd apply its presets, as in a boot without /etc/machine-id (systemd 257, manager_set_first_boot).</summary>
    public const string Condition = "systemd.condition_first_boot=1";

    private static readonly string[] Parameters = ["flatcar.first_boot", "coreos.first_boot"];
    private static readonly string[] Off = ["0", "no", "off"];

    /// <summary>Whether an argument makes Ignition run.</summary>
    public static bool IsWanted(string argument)
    {
        if (argument is "ignition.firstboot" or "ignition.firstboot=1")
        {
            return true;
        }
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && Parameters.Contains(argument[..equals]) && !Off.Contains(argument[(equals + 1)..]);
    }
}
