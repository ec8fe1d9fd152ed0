using System.Globalization;
using System.Text;

namespace XenKube.Ignition.Butane;

/// <summary>The order in which go-yaml v3 writes the keys of a mapping: numbers within them are compared by their value.</summary>
/// <remarks>Held against gopkg.in/yaml.v3 v3.0.1 in Butane 0.29.0.</remarks>
internal static class GoYamlKeys
{
    /// <summary>Which of two keys comes first: below 0 for the left one.</summary>
    public static int Compare(string left, string right)
    {
        if (left == right)
        {
            return 0;
        }
        return IsLess([.. left.EnumerateRunes()], [.. right.EnumerateRunes()]) ? -1 : 1;
    }

    private static bool IsLess(Rune[] left, Rune[] right)
    {
        var afterDigit = false;
        for (var i = 0; i < left.Length && i < right.Length; i++)
        {
            if (left[i] == right[i])
            {
                afterDigit = IsDigit(left[i]);
                continue;
            }
            var (isLeftLetter, isRightLetter) = (Rune.IsLetter(left[i]), Rune.IsLetter(right[i]));
            if (isLeftLetter && isRightLetter)
            {
                return left[i] < right[i];
            }
            if (isLeftLetter || isRightLetter)
            {
                return afterDigit ? isLeftLetter : isRightLetter;
            }
            return IsSmallerNumber(left, right, i);
        }
        return left.Length < right.Length;
    }

    private static bool IsSmallerNumber(Rune[] left, Rune[] right, int start)
    {
        long seed = 0;
        if (left[start].Value == '0' || right[start].Value == '0')
        {
            for (var i = start - 1; i >= 0 && IsDigit(left[i]); i--)
            {
                if (left[i].Value != '0')
                {
                    seed = 1;
                    break;
                }
            }
        }
        var (leftNumber, leftEnd) = Number(left, start, seed);
        var (rightNumber, rightEnd) = Number(right, start, seed);
        return leftNumber != rightNumber ? leftNumber < rightNumber
            : leftEnd != rightEnd ? leftEnd < rightEnd
            : left[start] < right[start];
    }

    private static (long Number, int End) Number(Rune[] key, int start, long seed)
    {
        var end = start;
        for (; end < key.Length && IsDigit(key[end]); end++)
        {
            seed = unchecked((seed * 10) + key[end].Value - '0');
        }
        return (seed, end);
    }

    private static bool IsDigit(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;
}
