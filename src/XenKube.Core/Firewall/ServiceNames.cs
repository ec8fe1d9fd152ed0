using System.Globalization;
using XenKube.Files;
using XenKube.Networks;

namespace XenKube.Firewall;

/// <summary>Ports by number or by their name in /etc/services (services(5)).</summary>
internal sealed class ServiceNames
{
    private readonly Lazy<Dictionary<string, int>> _ports = new(Load);

    /// <summary>Reads <c>80</c>, <c>http</c>, <c>1024:</c>, <c>1:1023</c>; null for a name that is not known.</summary>
    /// <param name="text">The text.</param>
    /// <param name="separator">What is between the ends of a range.</param>
    public PortRange? Parse(string text, char separator = ':')
    {
        // A name may have a dash: http-alt.
        var at = _ports.Value.ContainsKey(text) ? -1 : text.IndexOf(separator, StringComparison.Ordinal);
        var (first, last) = at < 0 ? (text, text) : (text[..at], text[(at + 1)..]);
        return Number(first.Trim(), 0) is { } low && Number(last.Trim(), PortRange.MaxPort) is { } high ? new PortRange(low, high) : null;
    }

    private int? Number(string text, int whenEmpty) =>
        text.Length == 0 ? whenEmpty
        : NumberOf(text) is { } number ? number is >= 0 and <= PortRange.MaxPort ? (int)number : null
        : _ports.Value.TryGetValue(text, out var port) ? port : null;

    /// <summary>A number as strtoul(3) with base 0 takes it; null for something else.</summary>
    public static long? NumberOf(string text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex : null
        : text.Length > 1 && text[0] == '0' && text.All(c => c is >= '0' and <= '7') ? text.Length < 20 ? Convert.ToInt64(text, 8) : null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Dictionary<string, int> Load()
    {
        var ports = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in (WholeFile.TryReadText("/etc/services") ?? "").Split('\n'))
        {
            if (line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var name, var value, .. var others]
                && int.TryParse(value.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            {
                foreach (var known in others.Prepend(name))
                {
                    ports.TryAdd(known, port);
                }
            }
        }
        return ports;
    }
}
