using System.Globalization;
using System.Management.Automation;
using XenKube.Ignition.Secrets;

namespace XenKube.Commands;

/// <summary>The values of the format views, written for people.</summary>
public static class Display
{
    // By the words that the views show. They are compared with their case: a config that 'changed' is news, a file that is
    // 'Changed' on a guest wants a look.
    private static readonly Dictionary<string, string> Moods = new(StringComparer.Ordinal);

    static Display()
    {
        void Are(string mood, params ReadOnlySpan<string> words)
        {
            foreach (var word in words)
            {
                Moods.Add(word, mood);
            }
        }
        Are("Good", "Trusted", "Verified", "current", "Good", "Running", "200", "206", "304", "enabled", "info", "True", "changed",
            "Added", "Pass");
        Are("Doubtful", "Expired", "Unknown", "Missing", "UnknownKey", "ExpiredKey", "ExpiredSignature", "Paused", "ShuttingDown",
            "Rebooting", "Saved", "404", "masked", "disabled", "warning", "Changed", "Warn");
        Are("Bad", "Revoked", "Bad", "RevokedKey", "Unsupported", "Malformed", "Crashed", "400", "403", "405", "408", "431", "500", "503",
            "error", "False", "Removed", "Fail");
    }

    /// <summary>A size in the largest unit that leaves it at 1 or more, with one decimal place where it is not a whole number.</summary>
    /// <param name="bytes">The size in bytes; null gives nothing.</param>
    public static string Size(long? bytes) => bytes is { } size ? BinarySize.Format(size) : "";

    /// <summary>A name that may come from a guest's disk or from a server, without anything in it that a terminal acts upon.</summary>
    /// <param name="name">The name; null gives nothing.</param>
    public static string Name(string? name) => Printable.Name(name);

    /// <summary>Names that may come from a guest's disk or from a server, each without anything in it that a terminal acts upon.</summary>
    /// <param name="names">The names; null gives null.</param>
    public static string[]? Names(IEnumerable<string>? names) => names is null ? null : [.. names.Select(Printable.Name)];

    /// <summary>
    /// A text of several lines that may come from a guest's disk or from a server, without anything in it that a terminal acts upon.
    /// </summary>
    /// <param name="text">The text; null gives nothing.</param>
    public static string Lines(string? text) => Printable.Lines(text);

    /// <summary>A text of a config with its lines, without its secrets and anything that a terminal acts upon.</summary>
    /// <param name="text">The text; null gives nothing.</param>
    public static string Config(string? text) => Printable.Lines(SecretText.Redact(text));

    /// <summary>A day, such as <c>2017-11-30</c>; nothing for no moment.</summary>
    /// <param name="moment">The moment; its own clock is shown.</param>
    public static string Day(DateTime? moment) => moment is { } time ? Timestamp.Day(time) : "";

    /// <summary>Day and minute, such as <c>2017-11-30 11:44</c>; nothing for no moment.</summary>
    /// <param name="moment">The moment; its own clock is shown.</param>
    public static string Minute(DateTime? moment) => moment is { } time ? Timestamp.Minute(time) : "";

    /// <summary>Day and minute of UTC, such as <c>2017-11-30 11:44</c>.</summary>
    /// <param name="moment">The moment.</param>
    public static string UtcMinute(DateTimeOffset moment) => Timestamp.Minute(moment.UtcDateTime);

    /// <summary>Day and second, such as <c>2017-11-30 11:44:57</c>; nothing for no moment.</summary>
    /// <param name="moment">The moment; its own clock is shown.</param>
    public static string Second(DateTime? moment) => moment is { } time ? Timestamp.Second(time) : "";

    /// <summary>Day and second on this host's clock, such as <c>2017-11-30 17:14:57</c>.</summary>
    /// <param name="moment">The moment.</param>
    public static string LocalSecond(DateTimeOffset moment) => Timestamp.Second(moment.LocalDateTime);

    /// <summary>Day, second and the offset from UTC, such as <c>2017-11-30 17:14:57 +05:30</c>.</summary>
    /// <param name="moment">The moment, with its offset.</param>
    public static string WithOffset(DateTimeOffset moment) => Timestamp.Second(moment);

    /// <summary>The second of the day on this host's clock, such as <c>17:14:57</c>.</summary>
    /// <param name="moment">The moment.</param>
    public static string LocalClock(DateTimeOffset moment) => Timestamp.Clock(moment.LocalDateTime);

    /// <summary>How long something took, such as <c>12.3 ms</c>.</summary>
    /// <param name="time">The time.</param>
    /// <param name="decimals">How many decimal places.</param>
    public static string Milliseconds(TimeSpan time, int decimals = 0) =>
        time.TotalMilliseconds.ToString(string.Create(CultureInfo.InvariantCulture, $"F{decimals}"), CultureInfo.InvariantCulture) + " ms";

    /// <summary>A word for a state, in the colour of what it means; plain where it means neither good nor bad.</summary>
    /// <param name="word">The word.</param>
    /// <param name="style">$PSStyle.</param>
    public static string State(string? word, object? style) =>
        Moods.TryGetValue(word ?? "", out var mood) ? Paint(word, mood, style) : word ?? "";

    /// <summary>
    /// A text in one of the colours of the views; plain if the output is not a terminal, unless $PSStyle wants colours there too.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="mood"><c>Good</c>, <c>Doubtful</c>, <c>Bad</c>, <c>Title</c> or <c>Directory</c>.</param>
    /// <param name="style">$PSStyle.</param>
    public static string Paint(string? text, string mood, object? style)
    {
        if (string.IsNullOrEmpty(text) || style is null)
        {
            return text ?? "";
        }
        var isPlain = Value(style, "OutputRendering") switch
        {
            "PlainText" => true,
            "Ansi" => false,
            _ => Console.IsOutputRedirected,
        };
        var colour = mood switch
        {
            "Good" => Value(style, "Foreground", "Green"),
            "Doubtful" => Value(style, "Foreground", "BrightYellow"),
            "Bad" => Value(style, "Foreground", "BrightRed"),
            "Directory" => Value(style, "FileInfo", "Directory"),
            _ => Value(style, "Bold"),
        };
        return isPlain || colour.Length == 0 ? text : $"{colour}{text}{Value(style, "Reset")}";
    }

    // PowerShellStandard does not know the type of $PSStyle.
    private static string Value(object style, params ReadOnlySpan<string> names)
    {
        var value = style;
        foreach (var name in names)
        {
            value = value is null ? null : PSObject.AsPSObject(value).Properties[name]?.Value;
        }
        return value?.ToString() ?? "";
    }
}
