using XenKube.Ignition;
using XenKube.Ignition.Reporting;

namespace XenKube.Commands.Ignition;

/// <summary>Words the entries of a report for the warning stream.</summary>
internal static class Reports
{
    /// <summary>One entry, with the file and the place in front.</summary>
    public static string Line(string source, ReportEntry entry) =>
        ConfigFailure.Line(source, entry);
}
