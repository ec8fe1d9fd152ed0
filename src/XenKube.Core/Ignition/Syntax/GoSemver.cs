using System.Globalization;

namespace XenKube.Ignition.Syntax;

/// <summary>A version as coreos/go-semver reads it. Leading zeros pass; prerelease and metadata come after dash and plus.</summary>
/// <remarks>Held against coreos/go-semver v0.3.1, and 5e3acbb in ct 0.5.0 and 0.9.0.</remarks>
/// <param name="Major">First number.</param>
/// <param name="Minor">Second number.</param>
/// <param name="Patch">Third number.</param>
/// <param name="Prerelease">The part after the dash.</param>
/// <param name="Metadata">The part after the plus.</param>
internal readonly record struct GoSemver(long Major, long Minor, long Patch, string Prerelease = "", string Metadata = "")
    : IComparable<GoSemver>
{
    public static bool operator <(GoSemver left, GoSemver right) => left.CompareTo(right) < 0;

    public static bool operator >(GoSemver left, GoSemver right) => left.CompareTo(right) > 0;

    public static bool operator <=(GoSemver left, GoSemver right) => left.CompareTo(right) <= 0;

    public static bool operator >=(GoSemver left, GoSemver right) => left.CompareTo(right) >= 0;

    /// <summary>The version as it is written, without its metadata.</summary>
    public string ToText() =>
        string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}{(Prerelease.Length > 0 ? "-" : "")}{Prerelease}");

    /// <summary>Reads a version, or gives the reference's message.</summary>
    /// <param name="text">The text.</param>
    /// <param name="error">The message, or null.</param>
    /// <param name="checkIdentifiers">Whether prerelease and metadata must be well formed: in the newer tools.</param>
    public static GoSemver? Parse(string text, out string? error, bool checkIdentifiers = false)
    {
        var version = text;
        var metadata = SplitOff(ref version, '+');
        var prerelease = SplitOff(ref version, '-');
        var parts = version.Split('.', 3);
        if (parts.Length != 3)
        {
            error = $"{version} is not in dotted-tri format";
            return null;
        }
        foreach (var (identifier, what) in (ReadOnlySpan<(string, string)>)[(prerelease, "pre-release"), (metadata, "metadata")])
        {
            if (checkIdentifiers && !IsIdentifier(identifier))
            {
                error = $"failed to validate {what}: {identifier} is not a valid semver identifier";
                return null;
            }
        }
        var numbers = new long[3];
        for (var i = 0; i < 3; i++)
        {
            if (parts[i].Length == 0 || !parts[i].All(char.IsAsciiDigit))
            {
                error = $"strconv.ParseInt: parsing {GoQuote.Quote(parts[i])}: invalid syntax";
                return null;
            }
            if (!long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                error = $"strconv.ParseInt: parsing {GoQuote.Quote(parts[i])}: value out of range";
                return null;
            }
        }
        error = null;
        return new GoSemver(numbers[0], numbers[1], numbers[2], prerelease, metadata);
    }

    /// <summary>Compares by number and then by prerelease, which comes before the release; metadata is ignored.</summary>
    public int CompareTo(GoSemver other)
    {
        var numbers = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (numbers != 0)
        {
            return numbers;
        }
        if (Prerelease.Length == 0 || other.Prerelease.Length == 0)
        {
            return (Prerelease.Length == 0).CompareTo(other.Prerelease.Length == 0);
        }
        return ComparePrerelease(Prerelease.Split('.'), other.Prerelease.Split('.'));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}")
        + (Prerelease.Length > 0 ? "-" + Prerelease : "")
        + (Metadata.Length > 0 ? "+" + Metadata : "");

    private static int ComparePrerelease(string[] left, string[] right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var isLeftNumber = long.TryParse(left[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var leftNumber);
            var isRightNumber = long.TryParse(right[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var rightNumber);
            var order = isLeftNumber && isRightNumber ? leftNumber.CompareTo(rightNumber)
                : isLeftNumber != isRightNumber ? (isLeftNumber ? -1 : 1)
                : string.CompareOrdinal(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }
        return left.Length.CompareTo(right.Length);
    }

    private static string SplitOff(ref string text, char delimiter)
    {
        var at = text.IndexOf(delimiter, StringComparison.Ordinal);
        if (at < 0)
        {
            return "";
        }
        var rest = text[(at + 1)..];
        text = text[..at];
        return rest;
    }

    private static bool IsIdentifier(string text) =>
        text.Length == 0 || text.Split('.').All(part => part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
}
