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

    private static void Mark(Span<char> text, int at, int bit, char letter)
    {
        if (bit != 0)
        {
            text[at] = text[at] == 'x' ? letter : char.ToUpperInvariant(letter);
        }
    }
}
