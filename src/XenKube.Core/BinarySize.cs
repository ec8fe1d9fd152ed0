using System.Globalization;

namespace XenKube;

/// <summary>Sizes for people.</summary>
public static class BinarySize
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>
    /// A size in the largest unit that leaves it at 1 or more, with one decimal place where it is not a whole number: <c>4.4 GiB</c>.
    /// </summary>
    /// <param name="bytes">The size in bytes.</param>
    public static string Format(long bytes)
    {
        var unit = 0;
        double value = bytes;
        while (Math.Abs(value) >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }
}
