using XenKube.Ignition.Model;

namespace XenKube.Ignition.Summaries;

/// <summary>What a config does with a unit.</summary>
internal static class UnitState
{
    /// <summary>The state: <c>masked</c>, <c>enabled</c>, <c>disabled</c> or <c>unchanged</c>.</summary>
    public static string Of(ConfigValue unit) =>
        unit["mask"].Flag ? "masked"
        : unit["enabled"].IsSet ? (unit["enabled"].Flag ? "enabled" : "disabled")
        : unit["enable"].Flag ? "enabled"
        : "unchanged";
}
