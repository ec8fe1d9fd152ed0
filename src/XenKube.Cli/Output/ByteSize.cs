using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace XenKube.Cli.Output;

/// <summary>Sizes as people write them: <c>2GB</c>, <c>512MiB</c>, <c>4096</c>. Units are powers of 1024, as in PowerShell.</summary>
internal static class ByteSize
{
    private static readonly string[] Units = ["", "K", "M", "G", "T", "P"];

    /// <summary>An option that takes a size in bytes.</summary>
    public static Option<long> Option(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SIZE",
        CustomParser = Parse,
    };

    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var unit = text[digits..].ToUpperInvariant();
        unit = unit.EndsWith("IB", StringComparison.Ordinal) ? unit[..^2] : unit.TrimEnd('B');
        var power = Array.IndexOf(Units, unit);
        if (power < 0 || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > long.MaxValue >> (10 * power))
        {
            return false;
        }
        bytes = number << (10 * power);
        return true;
    }

    private static long Parse(ArgumentResult result)
    {
        if (TryParse(result.Tokens[0].Value, out var bytes))
        {
            return bytes;
        }
        result.AddError($"'{result.Tokens[0].Value}' is not a size like 2GB");
        return 0;
    }
}
