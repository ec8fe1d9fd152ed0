using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>Reads files of the host from beginning to end, up to a size, with errors that name them.</summary>
public static class WholeFile
{
    /// <summary>The most bytes that are read of a file without a limit of its own: 256 MiB, far above any config.</summary>
    public const int UsualLimit = 256 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumSize">The most bytes it may have.</param>
    /// <param name="errors">The errors that are raised; null for the usual ones.</param>
    /// <param name="regularOnly">
    /// True for files of XENDIR, /etc and /var: pipes and devices, which may never end, are refused, and so are links that another user
    /// could
    /// have put there. False for what users name, which may be /dev/stdin; all links are followed.
    /// </param>
    /// <param name="cancellationToken">Ends the wait for the other end of a pipe.</param>
    /// <exception cref="ItemNotFoundException">There is no such file.</exception>
    /// <exception cref="OperationFailedException">It cannot be read, or is a directory.</exception>
    /// <exception cref="InvalidInputException">It is larger than allowed, or not a regular file.</exception>
    public static byte[] Read(string path, int maximumSize = UsualLimit, FileReadErrors? errors = null, bool regularOnly = false,
        CancellationToken cancellationToken = default)
    {
        errors ??= FileReadErrors.Usual;
        return TryRead(path, maximumSize, errors, regularOnly, cancellationToken)
            ?? throw new ItemNotFoundException(errors.NotFound, path, null, $"there is no such {errors.Noun}");
    }

    /// <summary>The same for a file that may be missing.</summary>
    /// <returns>Its content, or null if it does not exist.</returns>
    /// <inheritdoc cref="Read(string, int, FileReadErrors?, bool, CancellationToken)" path="//param|//exception"/>
    public static byte[]? TryRead(string path, int maximumSize = UsualLimit, FileReadErrors? errors = null, bool regularOnly = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        errors ??= FileReadErrors.Usual;
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new OperationFailedException(errors.NotReadable, path, null, "a path must not be empty, nor have a NUL character in it");
        }
        return regularOnly ? TryReadOfHouse(path, maximumSize, errors, isTrusted: false)
            : TryReadNamed(path, maximumSize, errors, cancellationToken);
    }

    /// <summary>
    /// Reads a file that root would run or believe: the keys, the settings, a guest's configuration. Where this process is root, it is
    /// refused if
    /// another user could have written it, or put it in its place.
    /// </summary>
    /// <returns>Its content, or null if it does not exist.</returns>
    /// <inheritdoc cref="Read(string, int, FileReadErrors?, bool, CancellationToken)" path="//param[@name!='regularOnly']|//exception"/>
    internal static byte[]? TryReadTrusted(string path, int maximumSize = UsualLimit, FileReadErrors? errors = null) =>
        TryReadOfHouse(path, maximumSize, errors ?? FileReadErrors.Usual, isTrusted: true);

    /// <summary>Reads a file of XENDIR, /etc or /var, which may be one that root would run or believe.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isTrusted">True to refuse it, where this process is root, if another user could have written it.</param>
    /// <param name="maximumSize">The most bytes it may have.</param>
    /// <param name="errors">The errors that are raised.</param>
    internal static byte[] ReadOfHouse(string path, bool isTrusted, int maximumSize, FileReadErrors errors) =>
        TryReadOfHouse(path, maximumSize, errors, isTrusted) ?? throw new ItemNotFoundException(errors.NotFound, path, null,
            $"there is no such {errors.Noun}");

    private static byte[]? TryReadOfHouse(string path, int maximumSize, FileReadErrors errors, bool isTrusted)
    {
        try
        {
            using var handle = HostFile.TryOpen(path, isTrusted);
            return handle is null ? null : Read(handle, path, maximumSize, errors);
        }
        catch (NotRegularFileException e)
        {
            throw new InvalidInputException(errors.Invalid, path, null, e.Message);
        }
        catch (Exception e) when (e.IsPathTrouble())
        {
            throw NotReadable(e, path, errors);
        }
    }

    // The user may name a pipe, such as /dev/stdin; its other end is waited for by steps, so that the wait can be ended.
    private static byte[]? TryReadNamed(string path, int maximumSize, FileReadErrors errors, CancellationToken cancellationToken)
    {
        using var handle = Libc.Open(path, OpenFlags.NonBlocking | OpenFlags.NoTerminal);
        if (handle is null)
        {
            return Libc.LastError is Errno.NoEntry or Errno.NotADirectory ? null
                : throw new OperationFailedException(
                    errors.NotReadable, path, null, Libc.LastErrorText, Libc.LastError == Errno.PermissionDenied
                        ? "Run this as root" : null);
        }
        try
        {
            var status = FileStatus.Read(handle);
            if (status.IsDirectory)
            {
                throw new OperationFailedException(errors.NotReadable, path, null, "is a directory, not a file");
            }
            using var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            return status.IsRegularFile ? Read(file, path, maximumSize, errors)
                : Read(new AwaitedInput(file, cancellationToken), path, maximumSize, errors);
        }
        catch (Exception e) when (e.IsPathTrouble())
        {
            throw NotReadable(e, path, errors);
        }
    }

    /// <summary>Reads an open file to its end.</summary>
    internal static byte[] Read(SafeFileHandle handle, string path, int maximumSize, FileReadErrors errors)
    {
        using var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        return Read(file, path, maximumSize, errors);
    }

    private static OperationFailedException NotReadable(Exception e, string path, FileReadErrors errors) =>
        new(errors.NotReadable, path, null, e.Message, e is UnauthorizedAccessException ? "Run this as root" : null, e);

    /// <summary>
    /// The text of a regular file that may be missing, or closed to this user, as those of /proc and /sys are. Nothing is waited for.
    /// </summary>
    /// <returns>The text; null if it cannot be had.</returns>
    internal static string? TryReadText(string path)
    {
        try
        {
            using var file = HostFile.OpenNamed(path);
            return Encoding.UTF8.GetString(Read(file, path, UsualLimit, FileReadErrors.Usual));
        }
        catch (Exception e) when (e is XenKubeException || e.IsPathTrouble())
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
                    errors.Invalid, name, null, string.Create(CultureInfo.InvariantCulture,
                        $"it has more than {maximumSize} bytes, the most that is read here"));
            }
            content.Write(buffer, 0, count);
        }
        return content.Capacity == content.Length ? content.GetBuffer() : content.ToArray();
    }
}
