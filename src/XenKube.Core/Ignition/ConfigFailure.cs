using System.Globalization;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Secrets;

namespace XenKube.Ignition;

/// <summary>The error of a config that did not transpile: all that its report says, the first error's place in front.</summary>
public static class ConfigFailure
{
    /// <summary>Throws what is wrong with a config that failed.</summary>
    /// <param name="config">The config.</param>
    /// <exception cref="InvalidInputException">It failed.</exception>
    public static void Refuse(IgnitionConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (!config.Succeeded)
        {
            throw Of(config, config.SourcePath, "Correct the config; what is published was left as it is");
        }
    }

    /// <summary>The error of a config that failed.</summary>
    /// <param name="config">The config.</param>
    /// <param name="source">The file or the input it came from.</param>
    /// <param name="remedy">What to do about it, or null.</param>
    public static InvalidInputException Of(IgnitionConfig config, string? source, string? remedy = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        var errors = config.Errors;
        var first = errors.Count > 0 ? errors[0] : null;
        var more = string.Concat(errors.Skip(1).Select(entry => $"; {(Place(entry) is { } place ? $"{place}: " : "")}{MessageOf(entry)}"));
        var reason = ((first is null ? null : MessageOf(first)) ?? config.Failure ?? "the config has warnings, which are fatal in strict mode") + more;
        return new InvalidInputException(ErrorIds.ConfigFailed, source, first is null ? null : Place(first), reason, remedy);
    }

    /// <summary>What an entry says, on one line and without secrets: messages quote what they complain of.</summary>
    /// <param name="entry">The entry of a report.</param>
    public static string MessageOf(ReportEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Printable.Name(SecretText.Redact(entry.Message));
    }

    /// <summary>Where an entry is in its document; null where the report does not say.</summary>
    /// <param name="entry">The entry of a report.</param>
    public static string? Place(ReportEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"line {entry.Line}, column {entry.Column}") : null;
    }
}
