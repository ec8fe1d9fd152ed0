using System.Globalization;
using System.Text;

namespace XenKube;

/// <summary>Text from outside made fit for a one-line message: no control characters, no end without measure.</summary>
internal static class Printable
{
    public static string Of(string? text, int maxLength = 200)
    {
        var output = new StringBuilder();
        foreach (var c in text ?? "")
        {
            if (output.Length >= maxLength)
            {
                return output.Append('…').ToString();
            }
            if (char.IsControl(c))
            {
                output.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            }
            else
            {
                output.Append(c);
            }
        }
        return output.ToString();
    }
}
