using System.Globalization;

namespace XenKube.Kube;

/// <summary>
/// The order in which go-yaml v2 writes the keys of a mapping (sorter.go, keyList.Less): signs before letters, and numbers by their value.
/// </summary>
/// <remarks>Held against kubectl 1.32.4, built with Go 1.23.</remarks>
internal sealed class GoKeyOrder : IComparer<string>
{
    /// <summary>The order.</summary>
    public static GoKeyOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var at = 0;
        while (at < x.Length && at < y.Length && x[at] == y[at])
        {
            at++;
        }
        if (at == x.Length || at == y.Length)
        {
            return x.Length - y.Length;
        }
        var (isLetter, isOther) = (char.IsLetter(x[at]), char.IsLetter(y[at]));
        if (isLetter != isOther)
        {
            return isLetter ? 1 : -1;
        }
        if (isLetter)
        {
            return x[at] - y[at];
        }
        var (one, other) = (NumberAt(x, at), NumberAt(y, at));
        return one.Value != other.Value ? one.Value.CompareTo(other.Value)
            : one.Length != other.Length ? one.Length - other.Length : x[at] - y[at];
    }

    /// <summary>The number around a place, and the count of its digits; 0 for no number.</summary>
    private static (ulong Value, int Length) NumberAt(string text, int at)
    {
        // Where the digits before the first difference are the same, the number begins with them.
        var (begin, end) = (at, at);
        while (begin > 0 && char.IsAsciiDigit(text[begin - 1]))
        {
            begin--;
        }
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }
        _ = ulong.TryParse(text.AsSpan(begin, end - begin), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return (number, end - begin);
    }
}
