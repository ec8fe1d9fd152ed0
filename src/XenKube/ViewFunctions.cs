using System.Globalization;
using System.Management.Automation;

namespace XenKube.Commands;

/// <summary>The functions of the views, as methods of the object that <see cref="Shown"/> gives.</summary>
public static class ViewFunctions
{
    /// <summary>A name without anything that a terminal acts upon.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="value">The value.</param>
    public static string Name(PSObject instance, object? value) => Display.Name(Text(value));

    /// <summary>Names without anything that a terminal acts upon.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="values">The values.</param>
    public static string[]? Names(PSObject instance, object? values) => Display.Names(values is null ? null
        : LanguagePrimitives.ConvertTo<string[]>(values));

    /// <summary>A text of several lines.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="value">The value.</param>
    public static string Lines(PSObject instance, object? value) => Display.Lines(Text(value));

    /// <summary>A text of a config without its secrets.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="value">The value.</param>
    public static string Config(PSObject instance, object? value) => Display.Config(Text(value));

    /// <summary>A size in a unit that people read.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="value">The value.</param>
    public static string Size(PSObject instance, object? value) =>
        Display.Size(LanguagePrimitives.TryConvertTo<long?>(value, CultureInfo.InvariantCulture, out var bytes) ? bytes : null);

    /// <summary>A day.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="value">The value.</param>
    public static string Day(PSObject instance, object? value) => Display.Day(Moment(value)?.DateTime);

    /// <summary>Day and minute.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="value">The value.</param>
    public static string Minute(PSObject instance, object? value) => Display.Minute(Moment(value)?.DateTime);

    /// <summary>Day and minute of UTC.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="value">The value.</param>
    public static string UtcMinute(PSObject instance, object? value) => Moment(value) is { } time ? Display.UtcMinute(time) : "";

    /// <summary>Day and second.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="value">The value.</param>
    public static string Second(PSObject instance, object? value) => Display.Second(Moment(value)?.DateTime);

    /// <summary>Day and second on the clock of this host.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="value">The value.</param>
    public static string LocalSecond(PSObject instance, object? value) => Moment(value) is { } time ? Display.LocalSecond(time) : "";

    /// <summary>Day, second and the offset from UTC.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="value">The value.</param>
    public static string WithOffset(PSObject instance, object? value) => Moment(value) is { } time ? Display.WithOffset(time) : "";

    /// <summary>The second of the day on the clock of this host.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="value">The value.</param>
    public static string LocalClock(PSObject instance, object? value) => Moment(value) is { } time ? Display.LocalClock(time) : "";

    /// <summary>How long something took.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="value">The value.</param>
    /// <param name="decimals">How many decimal places.</param>
    public static string Milliseconds(PSObject instance, object? value, int decimals) =>
        LanguagePrimitives.TryConvertTo<TimeSpan>(value, CultureInfo.InvariantCulture, out var time) && value is not null
            ? Display.Milliseconds(time, decimals) : "";

    /// <summary>A word for a state, in the colour of its meaning.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="word">The word.</param>
    /// <param name="style">$PSStyle.</param>
    public static string State(PSObject instance, object? word, object? style) => Display.State(Text(word), style);

    /// <summary>A text in a colour.</summary>
    /// <param name="instance">The object that has the method.</param>
    /// <param name="text">The text.</param>
    /// <param name="mood">The meaning, as for Display.Paint.</param>
    /// <param name="style">$PSStyle.</param>
    public static string Paint(PSObject instance, object? text, string mood, object? style) => Display.Paint(Text(text), mood, style);

    // A wrapper keeps the words that an object had on its own host.
    private static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        IFormattable number and not PSObject => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static DateTimeOffset? Moment(object? value)
    {
        var inner = value is PSObject wrapped ? wrapped.BaseObject : value;
        return inner switch
        {
            DateTimeOffset moment => moment,
            // The clock of the moment is shown, whatever its kind.
            DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), TimeSpan.Zero),
            PSCustomObject when value is PSObject source && source.Properties["DateTime"]?.Value is DateTime clock
                && source.Properties["Offset"]?.Value is TimeSpan offset
                => new DateTimeOffset(DateTime.SpecifyKind(clock, DateTimeKind.Unspecified), offset),
            _ => DateTimeOffset.TryParse(value?.ToString(), CultureInfo.InvariantCulture, out var parsed) ? parsed : null,
        };
    }
}
