using XenKube.Ignition;

namespace XenKube.Commands.Ignition;

/// <summary>What a report says, in a line of the warning or error stream.</summary>
internal static class Reports
{
    /// <summary>One entry, with the file and the place in front.</summary>
    public static string Line(string source, ReportEntry entry) => $"{source}: {(Place(entry) is { } place ? $"{place}: " : "")}{entry.Message}";

    /// <summary>All errors of a config as one.</summary>
    public static InvalidInputException Error(IgnitionConfig config, string source)
    {
        var errors = config.Errors;
        var first = errors.Count > 0 ? errors[0] : null;
        var more = string.Concat(errors.Skip(1).Select(entry => $"; {(Place(entry) is { } place ? $"{place}: " : "")}{entry.Message}"));
        return new InvalidInputException("ConfigFailed", source, first is null ? null : Place(first), (first?.Message ?? config.Failure ?? "the config has warnings, which are fatal in strict mode") + more);
    }

    private static string? Place(ReportEntry entry) => entry.Line > 0 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"line {entry.Line}, column {entry.Column}") : null;
}
