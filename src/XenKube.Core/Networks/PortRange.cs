using System.Globalization;

namespace XenKube.Networks;

/// <summary>A port of TCP or UDP, or a range of them: 1 to 65535, both ends included.</summary>
/// <param name="First">The first port.</param>
/// <param name="Last">The last port; the first for a single port.</param>
public readonly record struct PortRange(int First, int Last)
{
    /// <summary>The highest port.</summary>
    public const int MaxPort = 65535;

    /// <summary>A single port.</summary>
    /// <param name="port">The port.</param>
    public PortRange(int port)
        : this(port, port)
    {
    }

    /// <summary>True for ports that a packet can have, in order.</summary>
    public bool IsValid => First >= 1 && First <= Last && Last <= MaxPort;

    /// <summary>True for one port.</summary>
    public bool IsSingle => First == Last;

    /// <summary>How many ports it has.</summary>
    public int Count => Last - First + 1;

    /// <summary>A single port is a range.</summary>
    /// <param name="port">The port.</param>
    public static implicit operator PortRange(int port) => new(port);

    /// <summary>Reads <c>80</c> or <c>31000-39999</c>; <c>:</c> and <c>..</c> may stand in place of the dash.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="InvalidInputException">The text is something else, or a port is not between 1 and 65535.</exception>
    public static PortRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ends = text.Split(["..", "-", ":"], StringSplitOptions.TrimEntries);
        return ends.Length <= 2 && TryNumber(ends[0], out var first) && TryNumber(ends[^1], out var last)
            && new PortRange(first, last) is { IsValid: true } range
            ? range
            : throw new InvalidInputException(ErrorIds.PortInvalid, null, null, $"'{Printable.Of(text)}' is not a port",
                $"Give a port from 1 to {MaxPort}, or a range such as 31000-39999");
    }

    /// <summary>True if every port of another range is in this one.</summary>
    /// <param name="other">The other range.</param>
    public bool Contains(PortRange other) => First <= other.First && other.Last <= Last;

    /// <summary>True if the ranges have a port in common.</summary>
    /// <param name="other">The other range.</param>
    public bool Overlaps(PortRange other) => First <= other.Last && other.First <= Last;

    /// <summary>The range with a character between its ends.</summary>
    /// <param name="separator">The character.</param>
    public string ToText(char separator) => IsSingle ? Text(First) : $"{Text(First)}{separator}{Text(Last)}";

    /// <inheritdoc/>
    public override string ToString() => ToText('-');

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
