using XenKube.Clusters;

namespace XenKube.Commands;

/// <summary>The actions of the guide's kgen that are steps of a refresh.</summary>
internal static class KgenAction
{
    private const string Refresh = "refresh";

    /// <summary>All of them, in kgen's words.</summary>
    public static IReadOnlyList<string> Names { get; } = [Refresh, "grub", "systemd", "tmpl", "ct", "firstboot"];

    /// <summary>The steps of an action; none for all.</summary>
    public static IgnitionResetStep[] Steps(string action) =>
        string.Equals(action, Refresh, StringComparison.OrdinalIgnoreCase) ? [] : [IgnitionResetStepName.Parse(action)];
}
