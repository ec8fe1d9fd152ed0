using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Json;

/// <summary>
/// Checks JSON byte by byte, with the words of Go's encoding/json for what is wrong. The whole text is checked before anything
/// is looked at, so the readers that follow need no error paths.
/// </summary>
/// <remarks>Held against encoding/json of Go 1.19.</remarks>
internal sealed class JsonSyntax
{
    private const int MaxDepth = 10_000;

    private readonly List<Open> open = [];
    private State state = State.BeginValue;
    private string literal = "";
    private int literalDone;
    private int hexDigits;

    private enum State
    {
        BeginValue,
        BeginValueOrEnd,
        BeginKey,
        BeginKeyOrEnd,
        EndValue,
        EndTop,
        InString,
        InEscape,
        InHex,
        Minus,
        Zero,
        Digits,
        Point,
        Fraction,
        Exponent,
        ExponentSign,
        ExponentDigits,
        Literal,
    }

    private enum Open
    {
        Key,
        Value,
        Item,
    }

    /// <summary>Throws <see cref="JsonSyntaxException"/> unless the text is exactly one JSON value.</summary>
    public static void Check(ReadOnlySpan<byte> text)
    {
        var syntax = new JsonSyntax();
        for (var i = 0; i < text.Length; i++)
        {
            if (syntax.Step(text[i]) is { } context)
            {
                throw Invalid(text[i], context, i + 1);
            }
        }
        // The end is tried as a blank, which can itself be what is wrong.
        if (syntax.state != State.EndTop && syntax.Step((byte)' ') is { } endContext)
        {
            throw Invalid((byte)' ', endContext, text.Length);
        }
        if (syntax.state != State.EndTop)
        {
            throw new JsonSyntaxException("unexpected end of JSON input", text.Length);
        }
    }

    private static JsonSyntaxException Invalid(byte value, string context, int offset)
    {
        var quoted = value switch
        {
            (byte)'\'' => "'\\''",
            (byte)'"' => "'\"'",
            _ => "'" + GoQuote.Quote(((char)value).ToString())[1..^1] + "'",
        };
        return new JsonSyntaxException($"invalid character {quoted} {context}", offset);
    }

    /// <summary>Takes one byte; what it is not good for, or null.</summary>
    private string? Step(byte value)
    {
        var c = (char)value;
        switch (state)
        {
            case State.BeginValue or State.BeginValueOrEnd:
                return IsSpace(c) ? null : BeginValue(c);
            case State.BeginKeyOrEnd when c == '}':
                open[^1] = Open.Value;
                return EndValue(c);
            case State.BeginKey or State.BeginKeyOrEnd:
                return IsSpace(c) ? null : c == '"' ? Go(State.InString) : "looking for beginning of object key string";
            case State.EndValue:
                return EndValue(c);
            case State.EndTop:
                return IsSpace(c) ? null : "after top-level value";
            case State.InString:
                return c switch
                {
                    '"' => Go(State.EndValue),
                    '\\' => Go(State.InEscape),
                    < ' ' => "in string literal",
                    _ => null,
                };
            case State.InEscape:
                hexDigits = 0;
                return c == 'u' ? Go(State.InHex)
                    : "bfnrt\\/\"".Contains(c, StringComparison.Ordinal) ? Go(State.InString)
                    : "in string escape code";
            case State.InHex:
                return !char.IsAsciiHexDigit(c) ? "in \\u hexadecimal character escape"
                    : ++hexDigits == 4 ? Go(State.InString)
                    : null;
            case State.Literal:
                return StepLiteral(c);
            default:
                return StepNumber(c);
        }
    }

    private string? BeginValue(char c)
    {
        switch (c)
        {
            case '{':
                return Push(Open.Key) ?? Go(State.BeginKeyOrEnd);
            case '[':
                return Push(Open.Item) ?? Go(State.BeginValueOrEnd);
            case ']' when state == State.BeginValueOrEnd:
                return EndValue(c);
            case '"':
                return Go(State.InString);
            case '-':
                return Go(State.Minus);
            case '0':
                return Go(State.Zero);
            case >= '1' and <= '9':
                return Go(State.Digits);
            case 't' or 'f' or 'n':
                literal = c == 't' ? "true" : c == 'f' ? "false" : "null";
                literalDone = 1;
                return Go(State.Literal);
            default:
                return "looking for beginning of value";
        }
    }

    private string? StepLiteral(char c)
    {
        if (c != literal[literalDone])
        {
            return $"in literal {literal} (expecting '{literal[literalDone]}')";
        }
        literalDone++;
        return literalDone == literal.Length ? Go(State.EndValue) : null;
    }

    private string? StepNumber(char c)
    {
        var isDigit = char.IsAsciiDigit(c);
        switch (state)
        {
            case State.Minus:
                return !isDigit ? "in numeric literal" : Go(c == '0' ? State.Zero : State.Digits);
            case State.Digits when isDigit:
                return null;
            case State.Zero or State.Digits when c == '.':
                return Go(State.Point);
            case State.Point:
                return isDigit ? Go(State.Fraction) : "after decimal point in numeric literal";
            case State.Fraction when isDigit:
                return null;
            case State.Zero or State.Digits or State.Fraction when c is 'e' or 'E':
                return Go(State.Exponent);
            case State.Exponent when c is '+' or '-':
                return Go(State.ExponentSign);
            case State.Exponent or State.ExponentSign:
                return isDigit ? Go(State.ExponentDigits) : "in exponent of numeric literal";
            case State.ExponentDigits when isDigit:
                return null;
            default:
                return EndValue(c);
        }
    }

    private string? EndValue(char c)
    {
        if (open.Count == 0)
        {
            state = State.EndTop;
            return IsSpace(c) ? null : "after top-level value";
        }
        if (IsSpace(c))
        {
            state = State.EndValue;
            return null;
        }
        switch (open[^1])
        {
            case Open.Key:
                if (c != ':')
                {
                    return "after object key";
                }
                open[^1] = Open.Value;
                return Go(State.BeginValue);
            case Open.Value:
                if (c == ',')
                {
                    open[^1] = Open.Key;
                    return Go(State.BeginKey);
                }
                return c == '}' ? Pop() : "after object key:value pair";
            default:
                return c == ',' ? Go(State.BeginValue) : c == ']' ? Pop() : "after array element";
        }
    }

    private string? Push(Open container)
    {
        open.Add(container);
        return open.Count > MaxDepth ? "exceeded max depth" : null;
    }

    private string? Pop()
    {
        open.RemoveAt(open.Count - 1);
        return Go(open.Count == 0 ? State.EndTop : State.EndValue);
    }

    private string? Go(State next)
    {
        // A string at the top ends the text at its closing quote.
        state = next == State.EndValue && open.Count == 0 ? State.EndTop : next;
        return null;
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';
}
