using System.Text;

namespace XenKube.Parsing.Yaml;

/// <summary>White space and line breaks inside a scalar, folded when text follows: one break is a space, more are one less.</summary>
internal sealed class BlankRun
{
    private readonly StringBuilder spaces = new();
    private readonly StringBuilder further = new();
    private string firstBreak = "";

    /// <summary>Whether a line was broken, even by an escaped break, which leaves no text.</summary>
    public bool HasBreak { get; set; }

    public void AddBlank(char c)
    {
        // Blanks at the beginning of a line are indentation.
        if (!HasBreak)
        {
            spaces.Append(c);
        }
    }

    public void AddBreak(string lineBreak)
    {
        if (HasBreak)
        {
            further.Append(lineBreak);
            return;
        }
        spaces.Clear();
        firstBreak = lineBreak;
        HasBreak = true;
    }

    public void FoldInto(StringBuilder value)
    {
        if (!HasBreak)
        {
            value.Append(spaces);
        }
        else if (firstBreak == "\n")
        {
            if (further.Length == 0)
            {
                value.Append(' ');
            }
            else
            {
                value.Append(further);
            }
        }
        else
        {
            value.Append(firstBreak).Append(further);
        }
    }

    public void Clear()
    {
        spaces.Clear();
        further.Clear();
        firstBreak = "";
        HasBreak = false;
    }
}
