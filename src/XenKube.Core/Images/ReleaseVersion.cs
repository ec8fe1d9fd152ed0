using System.Text.RegularExpressions;

namespace XenKube.Images;

/// <summary>Release numbers: what is one, and which is newer. They become parts of paths and URIs, so nothing else gets through.</summary>
internal static partial class ReleaseVersion
{
    public const string Current = "current";

    /// <summary>True for <c>current</c>, and for Flatcar's <c>current-2022</c> and its like.</summary>
    public static bool IsCurrent(string text) => text == Current || CurrentPattern().IsMatch(text);

    public static bool IsValid(string text) => Pattern().IsMatch(text);

    /// <summary>Compares number by number, then the rest as text.</summary>
    public static int Compare(string left, string right)
    {
        var (a, b) = (Split(left), Split(right));
        for (var i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            var order = (i < a.Length ? a[i] : -1).CompareTo(i < b.Length ? b[i] : -1);
            if (order != 0)
            {
                return order;
            }
        }
        return string.CompareOrdinal(left, right);
    }

    // 1520.9.0, 4081.2.0+nightly-20240101-2100, 1520.9.0-rc1
    [GeneratedRegex(@"\A[0-9]{1,9}(\.[0-9]{1,9}){0,3}([+-][A-Za-z0-9][A-Za-z0-9.+-]{0,63})?\z")]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\Acurrent-[0-9A-Za-z]{1,32}\z")]
    private static partial Regex CurrentPattern();

    private static long[] Split(string version)
    {
        var end = version.AsSpan().IndexOfAny('+', '-');
        return [.. (end < 0 ? version : version[..end]).Split('.').Select(part => long.TryParse(part, out var number) ? number : -1)];
    }
}
