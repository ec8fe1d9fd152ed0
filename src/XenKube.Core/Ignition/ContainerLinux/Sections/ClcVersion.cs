using System.Globalization;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.ContainerLinux.Sections;

/// <summary>A version of etcd or flannel: <c>MAJOR.MINOR.PATCH[-PRERELEASE][+METADATA]</c>.</summary>
/// <remarks>Held against coreos/go-semver 5e3acbb in ct 0.5.0 and 0.9.0.</remarks>
internal sealed record ClcVersion(long Major, long Minor, long Patch, string PreRelease, string Metadata)
{
    /// <summary>Reads a version, or gives the reason why it is none.</summary>
    public static ClcVersion? Parse(string text, out string? error)
    {
        var metadata = SplitOff(ref text, '+');
        var preRelease = SplitOff(ref text, '-');
        var parts = text.Split('.', 3);
        if (parts.Length != 3)
        {
            error = $"{text} is not in dotted-tri format";
            return null;
        }
        Span<long> numbers = stackalloc long[3];
        for (var index = 0; index < 3; index++)
        {
            error = ParseNumber(parts[index], out numbers[index]);
            if (error is not null)
            {
                return null;
            }
        }
        error = null;
        return new ClcVersion(numbers[0], numbers[1], numbers[2], preRelease, metadata);
    }

    /// <summary>Whether it is older than a version without prerelease; a prerelease is older than its version.</summary>
    public bool IsBelow(long major, long minor, long patch)
    {
        var order = (Major, Minor, Patch).CompareTo((major, minor, patch));
        return order < 0 || order == 0 && PreRelease.Length > 0;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}")
        + (PreRelease.Length > 0 ? "-" + PreRelease : "")
        + (Metadata.Length > 0 ? "+" + Metadata : "");

    private static string SplitOff(ref string text, char delimiter)
    {
        var at = text.IndexOf(delimiter, StringComparison.Ordinal);
        if (at < 0)
        {
            return "";
        }
        var tail = text[(at + 1)..];
        text = text[..at];
        return tail;
    }

    private static string? ParseNumber(string text, out long number)
    {
        var digits = text.AsSpan(text.Length > 0 && text[0] is '+' or '-' ? 1 : 0);
        number = 0;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return $"strconv.ParseInt: parsing {GoQuote.Quote(text)}: invalid syntax";
        }
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
            ? null
            : $"strconv.ParseInt: parsing {GoQuote.Quote(text)}: value out of range";
    }
}
