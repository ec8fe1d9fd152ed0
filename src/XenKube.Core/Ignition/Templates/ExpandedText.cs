using System.Text;

namespace XenKube.Ignition.Templates;

/// <summary>What a template gives, with the places of the variables' values in it.</summary>
internal sealed class ExpandedText
{
    private readonly StringBuilder _text = new();
    private readonly List<Range> _values = [];
    private readonly List<int> _lines = [];
    private int _line = 1;

    /// <summary>The line of the template from which each line of the result comes.</summary>
    public IReadOnlyList<int> Lines => _lines;

    /// <summary>Says that what is appended next comes from this line of the template.</summary>
    public void BeginLine(int number) => _line = number;

    /// <summary>Says that the template has ended.</summary>
    public void End() => _lines.Add(_line);

    /// <summary>Appends text of the template or of an included file.</summary>
    public void Append(ReadOnlySpan<char> text)
    {
        _lines.AddRange(Enumerable.Repeat(_line, text.Count('\n')));
        _text.Append(text);
    }

    /// <summary>Appends the value of a variable.</summary>
    public void AppendValue(string value)
    {
        _values.Add(new Range(_text.Length, _text.Length + value.Length));
        Append(value);
    }

    /// <summary>
    /// Whether a text is this one with other values in the places of the variables. A value ends on its own line, so that the first
    /// place at which the text after it fits is the right one.
    /// </summary>
    /// <param name="other">The text.</param>
    /// <returns>False too where the texts are equal.</returns>
    public bool DiffersOnlyInValues(string other)
    {
        var mine = _text.ToString();
        if (_values.Count == 0 || other == mine)
        {
            return false;
        }
        var rest = other.AsSpan();
        var end = 0;
        for (var index = 0; index <= _values.Count; index++)
        {
            var isLast = index == _values.Count;
            var literal = mine.AsSpan(end..(isLast ? mine.Length : _values[index].Start.Value));
            var at = index == 0 ? (rest.StartsWith(literal) ? 0 : -1)
                : isLast ? (rest.EndsWith(literal) ? rest.Length - literal.Length : -1)
                : rest.IndexOf(literal);
            if (at < 0 || rest[..at].Contains('\n'))
            {
                return false;
            }
            rest = rest[(at + literal.Length)..];
            end = isLast ? mine.Length : _values[index].End.Value;
        }
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
