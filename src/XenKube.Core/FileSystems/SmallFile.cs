using System.Text;

namespace XenKube.FileSystems;

/// <summary>
/// Files of guests that are read into memory as a whole. A guest chooses the sizes of its files, so that each reader says how much it
/// takes.
/// </summary>
internal static class SmallFile
{
    /// <summary>Reads a file; null for a path that does not lead to a regular file, and for a file that is larger than the limit.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">Absolute path of the file; links are followed.</param>
    /// <param name="maximum">The largest size that is read, in bytes; at most what an array can hold.</param>
    public static byte[]? TryRead(IFileSystem files, string path, long maximum)
    {
        if (files.Find(path) is not { Kind: FileSystemEntryKind.File } entry || entry.Size > maximum)
        {
            return null;
        }
        using var content = files.OpenRead(path);
        var bytes = new byte[entry.Size];
        content.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Reads a file of text in UTF-8, as above. A byte order mark is not a part of the text.</summary>
    /// <inheritdoc cref="TryRead"/>
    public static string? TryReadText(IFileSystem files, string path, long maximum)
    {
        if (TryRead(files, path, maximum) is not { } bytes)
        {
            return null;
        }
        using var reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
