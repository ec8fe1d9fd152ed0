using System.Text;

namespace XenKube.Ignition.Templates;

/// <summary>What a template gives, with the places of the variables' values in it.</summary>
internal sealed class ExpandedText
{
    private readonly StringBuilder _text = new();
    private readonly List<Range> _values = [];

    /// <summary>Appends text of the template or of an included file.</summary>
    public void Append(ReadOnlySpan<char> text) => _text.Append(text);

    /// <summary>Appends the value of a variable.</summary>
    public void AppendValue(string value)
    {
        _values.Add(new Range(_text.Length, _text.Length + value.Length));
        _text.Append(value);
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
