using System.Diagnostics;

namespace XenKube.Programs;

/// <summary>Where one can hear of the programs that are run: each is an activity with the tags <c>line</c> and <c>exit</c>.</summary>
public static class ExternalPrograms
{
    /// <summary>Name of the source of the activities.</summary>
    public const string ActivitySourceName = "XenKube.Programs";

    internal static ActivitySource Activities { get; } = new(ActivitySourceName);
}
