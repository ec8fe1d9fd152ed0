namespace XenKube.Ignition.Rules;

/// <summary>Levels of RAID arrays as mdadm names them.</summary>
internal static class RaidLevel
{
    /// <summary>Whether Ignition knows the level.</summary>
    public static bool IsKnown(string level) =>
        AllowsNoSpares(level)
            || level is "raid1" or "1" or "mirror" or "raid4" or "4" or "raid5" or "5" or "raid6" or "6" or "raid10" or "10";

    /// <summary>Whether an array of this level cannot have spares.</summary>
    public static bool AllowsNoSpares(string level) => level is "linear" or "raid0" or "0" or "stripe";
}
