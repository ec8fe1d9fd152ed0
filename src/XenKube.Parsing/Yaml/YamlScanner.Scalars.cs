using System.Text;

namespace XenKube.Parsing.Yaml;

/// <content>Scalars of all five styles.</content>
internal sealed partial class YamlScanner
{
    private YamlToken ScanBlockScalar(bool literal)
    {
        var start = Mark;
        Advance();
        Ensure(1);
        var (chomping, increment) = ScanBlockHeader(start);
        SkipBlanks();
        SkipRestOfLineIfComment();
        if (!IsBreakOrEnd(Current))
        {
            throw Error("did not find expected comment or line break", start);
        }
        Ensure(2);
        AdvanceLine();

        var blockIndent = increment == 0 ? 0 : Math.Max(indent, 0) + increment;
        var value = scalarText.Clear();
        var leadingBreak = "";
        var trailingBreaks = breakText.Clear();
        var end = Mark;
        ScanBlockBreaks(ref blockIndent, trailingBreaks, start, ref end);
        Ensure(1);
        var leadingBlank = false;
        while (column == blockIndent && position < characters.Length)
        {
            var blank = IsBlank(Current);
            if (!literal && !leadingBlank && !blank && leadingBreak == "\n")
            {
                if (trailingBreaks.Length == 0)
                {
                    value.Append(' ');
                }
            }
            else
            {
                value.Append(leadingBreak);
            }
            value.Append(trailingBreaks);
            trailingBreaks.Clear();
            leadingBlank = blank;
            var from = position;
            while (!IsBreakOrEnd(Current))
            {
                Advance();
                Ensure(1);
            }
            value.Append(characters, from, position - from);
            Ensure(2);
            leadingBreak = AdvanceLine();
            ScanBlockBreaks(ref blockIndent, trailingBreaks, start, ref end);
        }
        if (chomping != '-')
        {
            value.Append(leadingBreak);
        }
        if (chomping == '+')
        {
            value.Append(trailingBreaks);
        }
        return new YamlToken(
            YamlTokenKind.Scalar, start, end, Finished(value), Style: literal ? YamlScalarStyle.Literal : YamlScalarStyle.Folded);
    }

    /// <summary>The indicators after <c>|</c> or <c>&gt;</c>, in either order.</summary>
    private (char Chomping, int Increment) ScanBlockHeader(YamlMark start)
    {
        var chomping = ScanChomping();
        var increment = 0;
        if (char.IsAsciiDigit(Current))
        {
            if (Current == '0')
            {
                throw Error("found an indentation indicator equal to 0", start);
            }
            increment = Current - '0';
            Advance();
            Ensure(1);
        }
        return (chomping == '\0' ? ScanChomping() : chomping, increment);
    }

    private char ScanChomping()
    {
        var c = Current;
        if (c is not ('+' or '-'))
        {
            return '\0';
        }
        Advance();
        Ensure(1);
        return c;
    }

    private void ScanBlockBreaks(ref int blockIndent, StringBuilder breaks, YamlMark start, ref YamlMark end)
    {
        end = Mark;
        var deepest = 0;
        while (true)
        {
            Ensure(1);
            while ((blockIndent == 0 || column < blockIndent) && Current == ' ')
            {
                Advance();
                Ensure(1);
            }
            deepest = Math.Max(deepest, column);
            if ((blockIndent == 0 || column < blockIndent) && Current == '\t')
            {
                throw Error("found a tab character where an indentation space is expected", start);
            }
            if (!IsBreak(Current))
            {
                break;
            }
            Ensure(2);
            breaks.Append(AdvanceLine());
            end = Mark;
        }
        if (blockIndent == 0)
        {
            blockIndent = Math.Max(Math.Max(deepest, indent + 1), 1);
        }
    }

    private YamlToken ScanQuotedScalar(bool single)
    {
        var start = Mark;
        var quote = single ? '\'' : '"';
        Advance();
        var value = scalarText.Clear();
        var blanks = blankRun;
        while (true)
        {
            Ensure(4);
            if (IsDocumentIndicator('-') || IsDocumentIndicator('.'))
            {
                throw Error("found unexpected document indicator", start);
            }
            if (position >= characters.Length)
            {
                throw Error("found unexpected end of stream", start);
            }
            blanks.Clear();
            while (!IsBlankOrEnd(Current))
            {
                if (Current == quote)
                {
                    if (!single || At(1) != quote)
                    {
                        break;
                    }
                    value.Append(quote);
                    Advance();
                    Advance();
                }
                else if (!single && Current == '\\')
                {
                    if (IsBreak(At(1)))
                    {
                        Ensure(3);
                        Advance();
                        AdvanceLine();
                        blanks.HasBreak = true;
                        break;
                    }
                    ScanEscape(value, start);
                }
                else
                {
                    var from = position;
                    do
                    {
                        Advance();
                        Ensure(2);
                    }
                    while (!IsBlankOrEnd(Current) && Current != quote && Current != '\\');
                    value.Append(characters, from, position - from);
                }
                Ensure(2);
            }
            Ensure(1);
            if (Current == quote)
            {
                break;
            }
            ScanBlanks(blanks, minimum: -1, start);
            blanks.FoldInto(value);
        }
        Advance();
        return new YamlToken(
            YamlTokenKind.Scalar, start, Mark, Finished(value), Style: single
                ? YamlScalarStyle.SingleQuoted : YamlScalarStyle.DoubleQuoted);
    }

    private void ScanEscape(StringBuilder value, YamlMark start)
    {
        var digits = 0;
        switch (At(1))
        {
            case '0':
                value.Append('\0');
                break;
            case 'a':
                value.Append('\a');
                break;
            case 'b':
                value.Append('\b');
                break;
            case 't' or '\t':
                value.Append('\t');
                break;
            case 'n':
                value.Append('\n');
                break;
            case 'v':
                value.Append('\v');
                break;
            case 'f':
                value.Append('\f');
                break;
            case 'r':
                value.Append('\r');
                break;
            case 'e':
                value.Append('\u001b');
                break;
            case ' ' or '"' or '\'' or '\\':
                value.Append(At(1));
                break;
            case 'N':
                value.Append('\u0085');
                break;
            case '_':
                value.Append('\u00a0');
                break;
            case 'L':
                value.Append('\u2028');
                break;
            case 'P':
                value.Append('\u2029');
                break;
            case 'x':
                digits = 2;
                break;
            case 'u':
                digits = 4;
                break;
            case 'U':
                digits = 8;
                break;
            default:
                throw Error("found unknown escape character", start);
        }
        Advance();
        Advance();
        if (digits == 0)
        {
            return;
        }
        Ensure(digits);
        long code = 0;
        for (var digit = 0; digit < digits; digit++)
        {
            if (!char.IsAsciiHexDigit(At(digit)))
            {
                throw Error("did not find expected hexdecimal number", start);
            }
            code = (code << 4) + Convert.ToInt32(At(digit).ToString(), 16);
        }
        if (code is (>= 0xD800 and <= 0xDFFF) or > 0x10FFFF)
        {
            throw Error("found invalid Unicode character escape code", start);
        }
        value.Append(char.ConvertFromUtf32((int)code));
        for (var digit = 0; digit < digits; digit++)
        {
            Advance();
        }
    }

    private YamlToken ScanPlainScalar()
    {
        var start = Mark;
        var end = start;
        var value = scalarText.Clear();
        var blanks = blankRun;
        blanks.Clear();
        var minimum = indent + 1;
        while (true)
        {
            Ensure(4);
            if (IsDocumentIndicator('-') || IsDocumentIndicator('.') || Current == '#')
            {
                break;
            }
            var from = position;
            while (!IsBlankOrEnd(Current) && !EndsPlainScalar(start))
            {
                Advance();
                Ensure(2);
            }
            if (position > from)
            {
                blanks.FoldInto(value);
                blanks.Clear();
                value.Append(characters, from, position - from);
                end = Mark;
            }
            if (!IsBlank(Current) && !IsBreak(Current))
            {
                break;
            }
            Ensure(1);
            ScanBlanks(blanks, minimum, start);
            if (flowLevel == 0 && column < minimum)
            {
                break;
            }
        }
        if (blanks.HasBreak)
        {
            simpleKeyAllowed = true;
        }
        return new YamlToken(YamlTokenKind.Scalar, start, end, TextOf(value));
    }

    /// <summary>A short text that was met lately is the same string again: a long document has few different keys.</summary>
    private string TextOf(StringBuilder value)
    {
        const int longest = 24;
        if (value.Length is 0 or > longest)
        {
            return Finished(value);
        }
        Span<char> text = stackalloc char[longest];
        text = text[..value.Length];
        value.CopyTo(0, text, text.Length);
        ref var known = ref knownTexts[string.GetHashCode(text) & (knownTexts.Length - 1)];
        return known is not null && text.SequenceEqual(known) ? known : known = text.ToString();
    }

    private string Finished(StringBuilder value)
    {
        if (value.Length > LongestKept)
        {
            scalarText = new StringBuilder(128);
        }
        return value.ToString();
    }

    private bool EndsPlainScalar(YamlMark start)
    {
        if (Current == ':')
        {
            if (IsBlankOrEnd(At(1)))
            {
                return true;
            }
            if (flowLevel > 0 && dialect == YamlDialect.GoYaml2)
            {
                throw Error("found unexpected ':'", start);
            }
            return false;
        }
        return flowLevel > 0 && Current is (',' or '?' or '[' or ']' or '{' or '}');
    }

    /// <summary>Takes white space and line breaks inside a scalar; the indentation of a plain one must not be made by tabs.</summary>
    private void ScanBlanks(BlankRun blanks, int minimum, YamlMark start)
    {
        while (IsBlank(Current) || IsBreak(Current))
        {
            if (IsBreak(Current))
            {
                Ensure(2);
                blanks.AddBreak(AdvanceLine());
            }
            else
            {
                if (blanks.HasBreak && column < minimum && Current == '\t')
                {
                    throw Error(
                        dialect == YamlDialect.GoYaml2
                            ? "found a tab character that violate indentation"
                            : "found a tab character that violates indentation",
                        start);
                }
                blanks.AddBlank(Current);
                Advance();
            }
            Ensure(1);
        }
    }
}
