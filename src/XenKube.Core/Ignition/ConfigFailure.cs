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
    /// <param name="remedy">How to mend it where the config does not tell; null for the usual sentence.</param>
    public static InvalidInputException Of(IgnitionConfig config, string? source, Remedy? remedy = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        var errors = config.Errors;
        var first = errors.Count > 0 ? errors[0] : null;
        var more = string.Concat(errors.Skip(1).Select(entry => $"; {(Place(entry) is { } place ? $"{place}: " : "")}{MessageOf(entry)}"));
        var reason = ((first is null ? null : MessageOf(first)) ?? config.Failure
            ?? "the config has warnings, which are fatal in strict mode") + more;
        return new InvalidInputException(
            ErrorIds.ConfigFailed, source, first is null ? null : Place(first), reason, config.Remedy ?? remedy);
    }

    /// <summary>The error of a template whose result failed: the places are lines of the template.</summary>
    /// <param name="config">The config.</param>
    /// <param name="template">The template.</param>
    /// <param name="lines">The line of the template from which each line of the config comes.</param>
    internal static InvalidInputException OfTemplate(IgnitionConfig config, string template, IReadOnlyList<int> lines)
    {
        string? PlaceOf(ReportEntry entry) => entry.Line > 0 && entry.Line <= lines.Count
            ? string.Create(CultureInfo.InvariantCulture, $"line {lines[entry.Line - 1]}")
            : null;
        var errors = config.Errors.Count > 0 ? config.Errors : config.Warnings;
        var first = errors.Count > 0 ? errors[0] : null;
        var more = string.Concat(errors.Skip(1).Select(entry =>
            $"; {(PlaceOf(entry) is { } place ? $"{place}: " : "")}{MessageOf(entry)}"));
        var reason = (first is null ? config.Failure ?? "the result is not a config" : MessageOf(first)) + more;
        return new InvalidInputException(
            ErrorIds.ConfigFailed, template, first is null ? null : PlaceOf(first), reason,
            config.Remedy ?? "Correct the template or the file that its line includes");
    }

    /// <summary>What an entry says, on one line and without secrets: messages quote what they complain of.</summary>
    /// <param name="entry">The entry of a report.</param>
    public static string MessageOf(ReportEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        const string unknown = "unused key ";
        // Butane 0.29 and Ignition 2.26 begin with a small letter what all releases before began with a capital.
        var message = entry.Message.StartsWith(unknown, StringComparison.Ordinal) ? "U" + entry.Message[1..] : entry.Message;
        return Printable.Name(SecretText.Redact(message));
    }

    /// <summary>An entry on one line, with its file and place in front and without secrets.</summary>
    /// <param name="source">The file or the input.</param>
    /// <param name="entry">The entry of a report.</param>
    public static string Line(string source, ReportEntry entry) =>
        $"{source}: {(Place(entry) is { } place ? $"{place}: " : "")}{MessageOf(entry)}";

    /// <summary>Where an entry is in its document; null where the report does not say.</summary>
    /// <param name="entry">The entry of a report.</param>
    public static string? Place(ReportEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"line {entry.Line}, column {entry.Column}") : null;
    }
}
