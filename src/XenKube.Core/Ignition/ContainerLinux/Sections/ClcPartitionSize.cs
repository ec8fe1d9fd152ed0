using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.ContainerLinux.Sections;

/// <summary>Sizes such as <c>1.5GiB512MiB</c>: powers of 1024 under either spelling, but one spelling in a text.</summary>
/// <remarks>Held against alecthomas/units 6b4e7dc in ct 0.5.0 and 0.9.0.</remarks>
internal static class ClcPartitionSize
{
    private const int SectorSize = 512;

    private static readonly System.Buffers.SearchValues<char> NumberCharacters = System.Buffers.SearchValues.Create("0123456789.");

    /// <summary>The size in sectors, rounded up, or an error.</summary>
    public static long Read(string text, out string? error)
    {
        error = null;
        if (text.Length == 0)
        {
            return 0;
        }
        var bytes = ReadBytes(text, "iB", out error);
        if (error is not null)
        {
            bytes = ReadBytes(text, "B", out error);
        }
        if (error is not null)
        {
            return 0;
        }
        if (bytes < 0)
        {
            error = "invalid dimension (negative): " + GoQuote.Quote(text);
            return 0;
        }
        return bytes / SectorSize + (bytes % SectorSize != 0 ? 1 : 0);
    }

    private static long ReadBytes(string text, string suffix, out string? error)
    {
        error = null;
        var rest = text.AsSpan(text[0] is '+' or '-' ? 1 : 0);
        if (rest is "0")
        {
            return 0;
        }
        error = "units: invalid " + text;
        if (rest.IsEmpty)
        {
            return 0;
        }
        var total = 0.0;
        while (!rest.IsEmpty)
        {
            if (!ReadNumber(ref rest, out var number))
            {
                return 0;
            }
            var end = rest.IndexOfAny(NumberCharacters);
            var unit = (end < 0 ? rest : rest[..end]).ToString();
            rest = rest[unit.Length..];
            var power = unit == "B" ? 0 : unit.Length == suffix.Length + 1 && unit.EndsWith(suffix, StringComparison.Ordinal)
                ? "KMGTPE".IndexOf(unit[0], StringComparison.Ordinal) + 1
                : -1;
            if (power < 0 || power == 0 && unit != "B")
            {
                error = $"units: unknown unit {unit} in {text}";
                return 0;
            }
            total += number * Math.Pow(1024, power);
        }
        total = text[0] == '-' ? -total : total;
        if (total is < long.MinValue or > long.MaxValue)
        {
            error = "units: overflow parsing unit";
            return 0;
        }
        error = null;
        return total is >= long.MinValue and < long.MaxValue ? (long)total : long.MinValue;
    }

    private static bool ReadNumber(ref ReadOnlySpan<char> rest, out double number)
    {
        number = 0;
        if (!ReadDigits(ref rest, out var whole, out var wholeDigits))
        {
            return false;
        }
        var fractionDigits = 0;
        number = whole;
        if (!rest.IsEmpty && rest[0] == '.')
        {
            rest = rest[1..];
            if (!ReadDigits(ref rest, out var fraction, out fractionDigits))
            {
                return false;
            }
            var scale = 1.0;
            for (var digit = 0; digit < fractionDigits; digit++)
            {
                scale *= 10;
            }
            number += fraction / scale;
        }
        return wholeDigits + fractionDigits > 0;
    }

    /// <summary>Takes digits; more than fit a whole number are an error.</summary>
    private static bool ReadDigits(ref ReadOnlySpan<char> rest, out long value, out int count)
    {
        value = 0;
        count = 0;
        while (count < rest.Length && char.IsAsciiDigit(rest[count]))
        {
            if (value >= (long.MaxValue - 9) / 10)
            {
                return false;
            }
            value = value * 10 + (rest[count] - '0');
            count++;
        }
        rest = rest[count..];
        return true;
    }
}
