using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace XenKube;

/// <summary>
/// What a person can do about something that is wrong: a sentence without a final stop, in which commands and options of XenKube are
/// values (<see cref="RemedyAction"/>). The library writes the sentence, as an interpolated text; each front end words the values.
/// </summary>
[InterpolatedStringHandler]
public sealed class Remedy
{
    private readonly List<object> _parts = [];

    /// <summary>Begins a sentence; the compiler does so for an interpolated text.</summary>
    /// <param name="literalLength">How many characters it has outside of its holes.</param>
    /// <param name="formattedCount">How many holes it has.</param>
    public Remedy(int literalLength, int formattedCount)
    {
    }

    private Remedy(string text) => _parts.Add(text);

    /// <summary>A sentence that names nothing of XenKube is the same in every front end.</summary>
    /// <param name="text">The sentence; null for no remedy.</param>
    [return: NotNullIfNotNull(nameof(text))]
    public static implicit operator Remedy?(string? text) => text is null ? null : new Remedy(text);

    /// <summary>Adds text.</summary>
    /// <param name="value">The text.</param>
    public void AppendLiteral(string value) => _parts.Add(value);

    /// <summary>Adds an action.</summary>
    /// <param name="value">The action.</param>
    public void AppendFormatted(RemedyAction value) => _parts.Add(value);

    /// <summary>Adds an action without arguments.</summary>
    /// <param name="value">The action.</param>
    public void AppendFormatted(RemedyActionKind value) => _parts.Add(new RemedyAction(value));

    /// <summary>Adds a value, as text that is the same in every culture.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">The value.</param>
    public void AppendFormatted<T>(T value) => _parts.Add(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");

    /// <summary>The sentence in a front end's words.</summary>
    /// <param name="words">The words; null for plain ones.</param>
    public string Word(IRemedyWords? words) =>
        string.Concat(_parts.Select(part => part is RemedyAction action ? words?.Word(action) ?? action.ToString() : (string)part));

    /// <summary>The sentence in plain words.</summary>
    public override string ToString() => Word(null);
}
