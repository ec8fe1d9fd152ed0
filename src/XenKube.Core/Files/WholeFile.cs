using System.Globalization;
using System.Text;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>Reads files of the host from beginning to end, up to a size, with errors that name them.</summary>
public static class WholeFile
{
    /// <summary>The most bytes that are read of a file without a limit of its own: 256 MiB, far above any config.</summary>
    public const int UsualLimit = 256 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; links are followed.</param>
    /// <param name="maximumSize">The most bytes it may have.</param>
    /// <param name="errors">The errors that are raised; null for the usual ones.</param>
    /// <param name="regularOnly">True to refuse pipes and devices, which may never end; false where users may name /dev/stdin.</param>
    /// <exception cref="ItemNotFoundException">There is no such file.</exception>
    /// <exception cref="OperationFailedException">It cannot be read, or is a directory.</exception>
    /// <exception cref="InvalidInputException">It is larger than allowed, or not a regular file.</exception>
    public static byte[] Read(string path, int maximumSize = UsualLimit, FileReadErrors? errors = null, bool regularOnly = false)
    {
        errors ??= FileReadErrors.Usual;
        return TryRead(path, maximumSize, errors, regularOnly) ?? throw new ItemNotFoundException(errors.NotFound, path, null, $"there is no such {errors.Noun}");
    }

    /// <summary>The same for a file that may be missing.</summary>
    /// <returns>Its content, or null if it does not exist.</returns>
    /// <inheritdoc cref="Read(string, int, FileReadErrors?, bool)" path="//param|//exception"/>
    public static byte[]? TryRead(string path, int maximumSize = UsualLimit, FileReadErrors? errors = null, bool regularOnly = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        errors ??= FileReadErrors.Usual;
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new OperationFailedException(errors.NotReadable, path, null, "a path must not be empty, nor have a NUL character in it");
        }
        using var handle = Libc.Open(path, regularOnly ? OpenFlags.NonBlocking | OpenFlags.NoTerminal : OpenFlags.NoTerminal);
        if (handle is null)
        {
            return Libc.LastError is Errno.NoEntry or Errno.NotADirectory ? null
                : throw new OperationFailedException(
                    errors.NotReadable, path, null, Libc.LastErrorText, Libc.LastError == Errno.PermissionDenied ? "Run this as root" : null);
        }
        try
        {
            var status = FileStatus.Read(handle);
            if (status.IsDirectory)
            {
                throw new OperationFailedException(errors.NotReadable, path, null, "is a directory, not a file");
            }
            if (regularOnly && !status.IsRegularFile)
            {
                throw new InvalidInputException(errors.Invalid, path, null, "is not a regular file");
            }
            using var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            return Read(file, path, maximumSize, errors);
        }
        catch (Exception e) when (e.IsPathTrouble())
        {
            throw new OperationFailedException(errors.NotReadable, path, null, e.Message, innerException: e);
        }
    }

    /// <summary>The text of a file that may be missing, or closed to this user, as those of /proc and /sys are.</summary>
    /// <returns>The text; null if it cannot be had.</returns>
    internal static string? TryReadText(string path)
    {
        try
        {
            return TryRead(path) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        }
        catch (XenKubeException)
        {
            return null;
        }
    }

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">The stream; it stays open.</param>
    /// <param name="name">What it is called in errors.</param>
    /// <param name="maximumSize">The most bytes it may have.</param>
    /// <param name="errors">The errors that are raised.</param>
    /// <exception cref="InvalidInputException">It has more.</exception>
    public static byte[] Read(Stream stream, string name, int maximumSize, FileReadErrors errors)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(errors);
        using var content = new MemoryStream(stream.CanSeek ? (int)Math.Min(stream.Length, maximumSize) : 0);
        var buffer = new byte[1 << 16];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            if (content.Length + count > maximumSize)
            {
                throw new InvalidInputException(
                    errors.Invalid, name, null, string.Create(CultureInfo.InvariantCulture, $"it has more than {maximumSize} bytes, the most that is read here"));
            }
            content.Write(buffer, 0, count);
        }
        return content.Capacity == content.Length ? content.GetBuffer() : content.ToArray();
    }
}
