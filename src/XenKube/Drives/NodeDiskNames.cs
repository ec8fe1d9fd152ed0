using System.Text;
using XenKube.FileSystems;

namespace XenKube.Commands.Drives;

/// <summary>
/// Names of a guest's files as parts of a path. PowerShell takes a backslash in any path for a slash, and systemd's units have
/// names like <c>mnt-my\x2ddata.mount</c>: in a path their backslash is U+29F5, which looks like it. PowerShell prints paths as they are,
/// such as those that Tab offers: a control character, which a terminal would act upon, is its picture there (U+2400 to U+2421). Any other
/// character that must not reach a terminal, and a name that holds one of these signs itself, has its bytes escaped as a file
/// system's names escape what is not UTF-8.
/// </summary>
internal static class NodeDiskNames
{
    private const char Backslash = '\u29F5';
    private const char Pictures = '\u2400';
    private const char Delete = '\u2421';
    private const char Escape = '\uDC00';

    /// <summary>The part of a path that means a name.</summary>
    public static string ToPath(string name)
    {
        if (!name.AsSpan().ContainsAnyExceptInRange(' ', '~') && !name.Contains('\\', StringComparison.Ordinal))
        {
            return name;
        }
        var part = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length;)
        {
            if (!Rune.TryGetRuneAt(name, i, out var rune))
            {
                part.Append(name[i++]);
                continue;
            }
            i += rune.Utf16SequenceLength;
            var text = rune.ToString();
            if (rune.Value == '\\')
            {
                part.Append(Backslash);
            }
            else if (rune.Value < ' ' || rune.Value == 0x7F)
            {
                part.Append(rune.Value == 0x7F ? Delete : (char)(Pictures + rune.Value));
            }
            else if (IsSign((char)rune.Value) || Printable.Name(text) != text)
            {
                foreach (var value in Encoding.UTF8.GetBytes(text))
                {
                    part.Append((char)(Escape + value));
                }
            }
            else
            {
                part.Append(text);
            }
        }
        return part.ToString();
    }

    /// <summary>The name that a part of a path means.</summary>
    public static string FromPath(string part)
    {
        if (!part.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return part;
        }
        var name = string.Concat(part.Select(letter => letter == Backslash ? '\\' : letter == Delete ? '\u007F'
            : IsSign(letter) ? (char)(letter - Pictures) : letter));
        // Escaped bytes that are UTF-8 are a character again.
        return FileNames.Decode(FileNames.Encode(name));
    }

    private static bool IsSign(char letter) => letter is Backslash or Delete or > Pictures and < (char)(Pictures + ' ');
}
