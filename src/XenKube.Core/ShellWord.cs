namespace XenKube;

/// <summary>Words of commands of other programs in messages, such that a shell takes them as they are and nothing is overwritten.</summary>
internal static class ShellWord
{
    /// <summary>A word, in quotes where a shell needs them.</summary>
    /// <param name="word">The word.</param>
    public static string Quote(string word) =>
        word.Length > 0 && word[0] is not ('-' or '~') && word.All(letter =>
            char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_' or ':' or '+' or '@' or '=')
            ? word
            : $"'{Printable.Name(word).Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>
    /// A name for the result of a command, which nothing has yet: beside the file, or in the current directory for a device.
    /// </summary>
    /// <param name="path">The file that the command reads.</param>
    /// <param name="suffixes">Suffixes of the file's name that the result does not have.</param>
    /// <param name="newSuffix">The suffix of the result where the rest of the name is not free.</param>
    public static string FreeName(string path, string[] suffixes, string newSuffix)
    {
        var folder = path.StartsWith("/dev/", StringComparison.Ordinal) ? "" : Path.GetDirectoryName(path) ?? "";
        var name = Path.GetFileName(path);
        var stem = suffixes.FirstOrDefault(suffix => name.Length > suffix.Length
            && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) is { } found ? name[..^found.Length] : name;
        var numbered = Enumerable.Range(1, int.MaxValue).Select(number =>
            number == 1 ? $"{stem}{newSuffix}" : $"{stem}-{number}{newSuffix}");
        // disk.img.gz becomes disk.img.
        string[] plain = stem != name && Path.HasExtension(stem) ? [stem] : [];
        return plain.Concat(numbered).Select(candidate => Path.Combine(folder, candidate)).First(candidate => !Path.Exists(candidate));
    }
}
