namespace XenKube.Ignition.Syntax;

/// <summary>Standard base64 with padding, line breaks ignored, and Go's words for what is wrong with it.</summary>
/// <remarks>Held against encoding/base64 of Go 1.19.</remarks>
internal static class GoBase64
{
    /// <summary>The bytes, or null with <c>illegal base64 data at input byte N</c>.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text, out string? error)
    {
        var data = new List<byte>(text.Length / 4 * 3);
        var at = 0;
        error = null;
        while (at < text.Length)
        {
            if (DecodeQuantum(text, ref at, data) is { } fault)
            {
                error = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"illegal base64 data at input byte {fault}");
                return null;
            }
        }
        return [.. data];
    }

    private static int? DecodeQuantum(ReadOnlySpan<char> text, ref int at, List<byte> data)
    {
        var bits = 0;
        var digits = 0;
        var padded = false;
        while (digits < 4 && !padded)
        {
            if (at == text.Length)
            {
                if (digits == 0)
                {
                    return null;
                }
                return at - digits;
            }
            var c = text[at++];
            if (Digit(c) is >= 0 and var digit)
            {
                bits = (bits << 6) | digit;
                digits++;
            }
            else if (c == '=')
            {
                if (Padding(text, ref at, digits) is { } fault)
                {
                    return fault;
                }
                padded = true;
            }
            else if (c is not ('\n' or '\r'))
            {
                return at - 1;
            }
        }
        bits <<= 6 * (4 - digits);
        for (var i = 0; i < digits - 1; i++)
        {
            data.Add((byte)(bits >> (16 - (8 * i))));
        }
        return null;
    }

    private static int? Padding(ReadOnlySpan<char> text, ref int at, int digits)
    {
        if (digits < 2)
        {
            return at - 1;
        }
        if (digits == 2)
        {
            SkipLineBreaks(text, ref at);
            if (at == text.Length)
            {
                return text.Length;
            }
            if (text[at] != '=')
            {
                return at - 1;
            }
            at++;
        }
        SkipLineBreaks(text, ref at);
        return at < text.Length ? at : null;
    }

    private static void SkipLineBreaks(ReadOnlySpan<char> text, ref int at)
    {
        while (at < text.Length && text[at] is '\n' or '\r')
        {
            at++;
        }
    }

    private static int Digit(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '+' => 62,
        '/' => 63,
        _ => -1,
    };
}
