using XenKube.Clusters;

namespace XenKube.Commands.Guide;

/// <summary>The actions of the guide's kgen: steps of a refresh, and mount.</summary>
internal static class KgenAction
{
    private const string Refresh = "refresh";
    private const string Mount = "mount";

    /// <summary>All of them, in kgen's words.</summary>
    public static IReadOnlyList<string> Names { get; } = [Refresh, .. IgnitionResetStep.All.Select(step => step.GuideWord), Mount];

    /// <summary>True for the action that opens a disk in place of refreshing a node.</summary>
    public static bool IsMount(string? action) => string.Equals(action, Mount, StringComparison.OrdinalIgnoreCase);

    /// <summary>The steps of an action; none for all.</summary>
    public static IgnitionResetStep[] Steps(string action) =>
        string.Equals(action, Refresh, StringComparison.OrdinalIgnoreCase) ? [] : [IgnitionResetStep.Parse(action)];
}
