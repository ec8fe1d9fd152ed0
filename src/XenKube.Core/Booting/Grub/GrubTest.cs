using System.Globalization;

namespace XenKube.Booting.Grub;

/// <summary>The expression of <c>[ … ]</c> (GRUB manual 2.06, section 16.3.85, "test").</summary>
/// <param name="words">The words between the brackets.</param>
/// <param name="testFile">Looks at a file: its kind of test, and its path.</param>
internal sealed class GrubTest(IReadOnlyList<string> words, Func<char, string, bool> testFile)
{
    private int _at;

    /// <summary>The value of the expression; null where it is not one.</summary>
    public bool? Evaluate()
    {
        if (words.Count == 0)
        {
            return false;
        }
        var value = Or();
        return _at == words.Count ? value : null;
    }

    private bool? Or()
    {
        var value = And();
        while (value is not null && Take("-o"))
        {
            var right = And();
            value = right is null ? null : value.Value | right.Value;
        }
        return value;
    }

    private bool? And()
    {
        var value = Not();
        while (value is not null && Take("-a"))
        {
            var right = Not();
            value = right is null ? null : value.Value & right.Value;
        }
        return value;
    }

    private bool? Not()
    {
        var isInverted = false;
        while (words.Count - _at > 1 && Take("!"))
        {
            isInverted = !isInverted;
        }
        return Primary() is { } value ? value ^ isInverted : null;
    }

    private bool? Primary()
    {
        if (_at == words.Count)
        {
            return null;
        }
        var left = words[_at++];
        if (left == "(")
        {
            var inner = Or();
            return Take(")") ? inner : null;
        }
        if (_at + 1 < words.Count && Compare(left, words[_at], words[_at + 1]) is { } compared)
        {
            _at += 2;
            return compared;
        }
        if (_at < words.Count && left is "-n" or "-z" or "-f" or "-d" or "-e" or "-s")
        {
            var operand = words[_at++];
            return left switch { "-n" => operand.Length > 0, "-z" => operand.Length == 0, _ => testFile(left[1], operand) };
        }
        return left.Length > 0;
    }

    private static bool? Compare(string left, string sign, string right)
    {
        switch (sign)
        {
            case "=" or "==":
                return left == right;
            case "!=":
                return left != right;
            case "<" or "<=" or ">" or ">=":
                var order = string.CompareOrdinal(left, right);
                return sign switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
            case "-eq" or "-ne" or "-lt" or "-le" or "-gt" or "-ge":
                var (a, b) = (Number(left), Number(right));
                return sign switch { "-eq" => a == b, "-ne" => a != b, "-lt" => a < b, "-le" => a <= b, "-gt" => a > b, _ => a >= b };
            default:
                return null;
        }
    }

    // As strtol: the digits at the beginning, 0 where there are none.
    private static long Number(string text)
    {
        var digits = text.TakeWhile((c, i) => char.IsAsciiDigit(c) || (i == 0 && c == '-')).ToArray();
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private bool Take(string word)
    {
        if (_at < words.Count && words[_at] == word)
        {
            _at++;
            return true;
        }
        return false;
    }
}
