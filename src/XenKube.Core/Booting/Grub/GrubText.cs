using System.Text;

namespace XenKube.Booting.Grub;

/// <summary>A text of which each piece knows where it was written.</summary>
internal sealed class GrubText
{
    private readonly List<(string Text, GrubOrigin Origin)> _pieces = [];

    /// <summary>Makes a text of one piece.</summary>
    public static GrubText Of(string text, GrubOrigin origin) => new GrubText().Append(text, origin);

    /// <summary>The pieces in their order.</summary>
    public IReadOnlyList<(string Text, GrubOrigin Origin)> Pieces => _pieces;

    /// <summary>Characters in all pieces.</summary>
    public int Length { get; private set; }

    /// <summary>Appends a piece.</summary>
    public GrubText Append(string text, GrubOrigin origin)
    {
        if (text.Length > 0)
        {
            _pieces.Add((text, origin));
            Length += text.Length;
        }
        return this;
    }

    /// <summary>Appends another text.</summary>
    public GrubText Append(GrubText other)
    {
        _pieces.AddRange(other._pieces);
        Length += other.Length;
        return this;
    }

    /// <summary>Splits at blanks, as GRUB does with the value of a variable without quotes.</summary>
    public IEnumerable<GrubText> Split()
    {
        var word = new GrubText();
        foreach (var (text, origin) in _pieces)
        {
            var start = 0;
            for (var i = 0; i <= text.Length; i++)
            {
                if (i == text.Length || text[i] is ' ' or '\t' or '\n')
                {
                    word.Append(text[start..i], origin);
                    start = i + 1;
                    if (i < text.Length && word.Length > 0)
                    {
                        yield return word;
                        word = new GrubText();
                    }
                }
            }
        }
        if (word.Length > 0)
        {
            yield return word;
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        if (_pieces.Count == 1)
        {
            return _pieces[0].Text;
        }
        var text = new StringBuilder(Length);
        foreach (var piece in _pieces)
        {
            text.Append(piece.Text);
        }
        return text.ToString();
    }
}
