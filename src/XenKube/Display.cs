using System.Globalization;

namespace XenKube.Commands;

/// <summary>What the format views show: values written for people.</summary>
public static class Display
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>A size in the largest unit that leaves it at 1 or more, with one decimal place where it is not a whole number.</summary>
    /// <param name="bytes">The size in bytes; null gives nothing.</param>
    public static string Size(long? bytes)
    {
        if (bytes is not { } size)
        {
            return "";
        }
        var unit = 0;
        double value = size;
        while (Math.Abs(value) >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }
}
