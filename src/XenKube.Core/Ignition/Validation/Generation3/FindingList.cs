using XenKube.Ignition.Model;

namespace XenKube.Ignition.Validation.Generation3;

/// <summary>Adding to a list of findings only where there is one.</summary>
internal static class FindingList
{
    /// <summary>Adds an error, unless the message is null.</summary>
    public static void AddError(this List<ConfigFinding> findings, ConfigPath path, string? message)
    {
        if (message is not null)
        {
            findings.Add(new ConfigFinding(ReportKind.Error, path, message));
        }
    }

    /// <summary>Adds a warning, unless the message is null.</summary>
    public static void AddWarning(this List<ConfigFinding> findings, ConfigPath path, string? message)
    {
        if (message is not null)
        {
            findings.Add(new ConfigFinding(ReportKind.Warning, path, message));
        }
    }
}
