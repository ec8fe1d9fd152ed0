using System.Globalization;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>Reads small files that came from outside: with a limit to their size, and errors that name them.</summary>
internal static class TextFile
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxSize">The most bytes it may have.</param>
    /// <param name="notFoundId">ErrorId when there is no such file.</param>
    /// <param name="invalidId">ErrorId when it is too large or no regular file.</param>
    public static byte[] ReadAllBytes(string path, int maxSize, string notFoundId, string invalidId)
    {
        try
        {
            var status = FileStatus.Read(path) ?? throw new ItemNotFoundException(notFoundId, path, null, "there is no such file");
            if (!status.IsRegularFile)
            {
                throw new InvalidInputException(invalidId, path, null, status.IsDirectory ? "is a directory" : "is no regular file");
            }
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            var bytes = new MemoryStream();
            var buffer = new byte[16384];
            for (int count; (count = file.Read(buffer)) > 0;)
            {
                bytes.Write(buffer, 0, count);
                if (bytes.Length > maxSize)
                {
                    throw new InvalidInputException(invalidId, path, null, string.Create(CultureInfo.InvariantCulture, $"larger than {maxSize} bytes, the most that is read here"));
                }
            }
            return bytes.ToArray();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ItemNotFoundException(notFoundId, path, null, "there is no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OperationFailedException("FileNotReadable", Printable.Of(path), null, e.Message, innerException: e);
        }
    }
}
