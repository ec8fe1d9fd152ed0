using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.FileSystems.Copying;

/// <summary>What a copy writes into an open file of the host: the content with its holes, and the attributes.</summary>
internal static class HostContent
{
    private const int BufferSize = 1 << 18;
    private const int HoleSize = 4096;
    private const uint All = 0xFFF;

    /// <summary>Writes the content of a file that is empty.</summary>
    /// <param name="content">The content.</param>
    /// <param name="file">The file.</param>
    /// <param name="place">The name of the file, for errors.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public static void Pour(Stream content, SafeFileHandle file, string place, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var reader = new SparseReader(content, HoleSize, BufferSize);
        var length = 0L;
        while (reader.TryRead(out var offset, out var part))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Zeros become a hole: a guest's sparse file can be larger than this host's disk.
            if (part.Span.ContainsAnyExcept((byte)0))
            {
                Host(place, () => RandomAccess.Write(file, part.Span, offset));
                length = offset + part.Length;
            }
        }
        cancellationToken.ThrowIfCancellationRequested();
        if (reader.Length != length)
        {
            Host(place, () => RandomAccess.SetLength(file, reader.Length));
        }
    }

    /// <summary>Sets the attributes of a file or directory whose content is complete.</summary>
    /// <param name="file">The file or directory.</param>
    /// <param name="attributes">The attributes.</param>
    /// <param name="place">Its name, for errors.</param>
    public static void Apply(SafeFileHandle file, FileAttributesChange attributes, string place)
    {
        // The owner first: a change of it takes set-user-ID away.
        if ((attributes.UserId is not null || attributes.GroupId is not null)
            && Libc.ChangeOwner(file, (uint)(attributes.UserId ?? uint.MaxValue), (uint)(attributes.GroupId ?? uint.MaxValue)) != 0)
        {
            throw HostDirectory.Failed(place);
        }
        if (attributes.ExtendedAttributes is { } extended && !HostAttributes.TryWrite(file, extended))
        {
            throw CopyDirectory.NotCopied(place,
                $"the file system of the host does not take all of its extended attributes: {Libc.LastErrorText}");
        }
        if (Libc.ChangeMode(file, ((uint)attributes.Mode! & All) | (uint)UnixFileMode.UserWrite) != 0
            || (attributes.TimeUtc is { } time && Libc.SetTimes(file, Times(time)) != 0))
        {
            throw HostDirectory.Failed(place);
        }
    }

    private static long[] Times(DateTime utc)
    {
        var ticks = utc.Ticks - DateTime.UnixEpoch.Ticks;
        var seconds = (long)Math.Floor(ticks / (double)TimeSpan.TicksPerSecond);
        var nanoseconds = (ticks - (seconds * TimeSpan.TicksPerSecond)) * 100;
        return [seconds, nanoseconds, seconds, nanoseconds];
    }

    private static void Host(string place, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw CopyDirectory.NotCopied(place, e.FileReason(), e, SystemFailure.AdviceFor(e));
        }
    }
}
