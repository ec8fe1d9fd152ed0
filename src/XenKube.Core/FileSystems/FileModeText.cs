namespace XenKube.FileSystems;

/// <summary>Kind and permissions of a file as <c>ls -l</c> writes them.</summary>
public static class FileModeText
{
    private const string Letters = "rwxrwxrwx";

    /// <summary>The ten letters: <c>-rw-r--r--</c>, <c>drwxrwxrwt</c>.</summary>
    /// <param name="kind">What the file is; <c>s</c> for whatever is special.</param>
    /// <param name="mode">Permission bits (0 to 07777, octal).</param>
    public static string Of(FileSystemEntryKind kind, int mode)
    {
        Span<char> text = stackalloc char[10];
        text[0] = kind switch
        {
            FileSystemEntryKind.Directory => 'd',
            FileSystemEntryKind.SymbolicLink => 'l',
            FileSystemEntryKind.Special => 's',
            _ => '-',
        };
        for (var i = 0; i < Letters.Length; i++)
        {
            text[i + 1] = (mode & (0x100 >> i)) != 0 ? Letters[i] : '-';
        }
        Mark(text, 3, mode & 0x800, 's');
        Mark(text, 6, mode & 0x400, 's');
        Mark(text, 9, mode & 0x200, 't');
        return text.ToString();
    }

    /// <summary>
    /// Reads a mode: octal digits as <c>chmod</c> takes them (<c>0600</c>), or the letters of <c>ls -l</c> (<c>-rw-------</c>).
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="mode">Permission bits (0 to 07777, octal).</param>
    public static bool TryParse(string? text, out int mode)
    {
        mode = 0;
        if (text is { Length: > 0 and <= 5 } && text.All(c => c is >= '0' and <= '7'))
        {
            mode = Convert.ToInt32(text, 8);
            return mode <= FileModes.All;
        }
        if (text is not { Length: 9 or 10 })
        {
            return false;
        }
        var letters = text.AsSpan(text.Length - 9);
        for (var i = 0; i < Letters.Length; i++)
        {
            // The last of three is also s or t, in lower case where the file may be executed too.
            var special = i % 3 < 2 ? '\0' : i == 8 ? 't' : 's';
            var isSpecial = special != '\0' && char.ToLowerInvariant(letters[i]) == special;
            if (letters[i] != Letters[i] && letters[i] != '-' && !isSpecial)
            {
                return false;
            }
            mode |= letters[i] == Letters[i] || (isSpecial && char.IsAsciiLetterLower(letters[i])) ? 0x100 >> i : 0;
            mode |= isSpecial ? 0x800 >> (i / 3) : 0;
        }
        return true;
    }

    private static void Mark(Span<char> text, int at, int bit, char letter)
    {
        if (bit != 0)
        {
            text[at] = text[at] == 'x' ? letter : char.ToUpperInvariant(letter);
        }
    }
}
