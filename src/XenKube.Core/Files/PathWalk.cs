using System.Text;
using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>
/// Walks a path one name at a time, each in the open directory of the name before, so that what was looked at is what is used: a link is
/// read from its own descriptor, and is followed only as a <see cref="LinkRule"/> allows. What the kernel offers for this (openat2(2) with
/// RESOLVE_NO_SYMLINKS) refuses root's own links too, such as /var/run.
/// </summary>
internal static class PathWalk
{
    // As many as the kernel follows, path_resolution(7).
    private const int MostLinks = 40;
    private const int LongestTarget = 4096;

    private static readonly byte[] Root = "/\0"u8.ToArray();

    /// <summary>Finds the place that a path names.</summary>
    /// <param name="path">The path.</param>
    /// <param name="links">Which links are followed.</param>
    /// <param name="followLast">True to follow a link in the last place too.</param>
    /// <exception cref="DirectoryNotFoundException">A directory on the way does not exist.</exception>
    /// <exception cref="OperationFailedException">A link on the way is not followed (<c>FileNotTrusted</c>).</exception>
    /// <exception cref="IOException">The system gives another reason.</exception>
    /// <exception cref="UnauthorizedAccessException">A directory on the way is closed to this user.</exception>
    public static HostPlace Find(string path, LinkRule links = LinkRule.Trusted, bool followLast = true) =>
        TryFind(path, links, followLast)
            ?? throw new DirectoryNotFoundException($"a directory on the way to {Printable.Name(path)} does not exist");

    /// <summary>The same; null where a directory on the way does not exist.</summary>
    /// <inheritdoc cref="Find(string, LinkRule, bool)" path="//param|//exception[@cref!='T:System.IO.DirectoryNotFoundException']"/>
    public static HostPlace? TryFind(string path, LinkRule links = LinkRule.Trusted, bool followLast = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var rest = new Stack<byte[]>();
        Push(rest, Encoding.UTF8.GetBytes(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))));
        string? distrust = null;
        var followed = 0;
        var directory = OpenRoot();
        try
        {
            while (true)
            {
                distrust ??= FileTrust.Distrust(directory.Path, directory.Status);
                if (!rest.TryPop(out var name))
                {
                    return Place(ref directory, "."u8, path, distrust);
                }
                if (rest.Count == 0 && (!followLast || directory.Find(Zero(name)) is not { IsSymbolicLink: true }))
                {
                    return Place(ref directory, name, path, distrust);
                }
                if (directory.TryHold(Zero(name)) is not { } held)
                {
                    return rest.Count == 0 ? Place(ref directory, name, path, distrust) : null;
                }
                var place = directory.PlaceOf(name);
                var status = FileStatus.Read(held);
                if (status.IsSymbolicLink)
                {
                    using (held)
                    {
                        if (++followed > MostLinks)
                        {
                            throw new IOException("Too many levels of symbolic links", (int)Errno.TooManyLinks);
                        }
                        RequireFollowed(links, path, place, status, directory.Status);
                        distrust ??= FileTrust.Distrust(place, status);
                        var target = ReadLink(held, place);
                        if (target is [(byte)'/', ..])
                        {
                            Replace(ref directory, OpenRoot());
                        }
                        Push(rest, target);
                    }
                    continue;
                }
                if (!status.IsDirectory)
                {
                    held.Dispose();
                    return null;
                }
                Replace(ref directory, new DirectoryHandle(held, name.AsSpan().SequenceEqual(".."u8)
                    ? Path.GetDirectoryName(directory.Path) ?? "/" : place, status));
            }
        }
        finally
        {
            directory?.Dispose();
        }
    }

    private static HostPlace Place(ref DirectoryHandle directory, ReadOnlySpan<byte> name, string path, string? distrust)
    {
        var place = new HostPlace(directory, Zero(name), path, distrust);
        directory = null!;
        return place;
    }

    private static void Replace(ref DirectoryHandle directory, DirectoryHandle next)
    {
        directory.Dispose();
        directory = next;
    }

    private static DirectoryHandle OpenRoot()
    {
        var root = Libc.OpenAt(Libc.CurrentDirectory, Root, OpenFlags.Path | OpenFlags.Directory, 0) ?? throw SystemFailure.Last("/");
        return new DirectoryHandle(root, "/", FileStatus.Read(root));
    }

    private static void RequireFollowed(LinkRule links, string path, string place, FileStatus link, FileStatus directory)
    {
        if (links == LinkRule.Never || (links == LinkRule.Trusted && !FileTrust.MayFollow(link, directory)))
        {
            throw new OperationFailedException(ErrorIds.FileNotTrusted, path, null,
                links == LinkRule.Never
                    ? $"{Printable.Name(place)} is a symbolic link, and none is followed here"
                    : $"{Printable.Name(place)} is a symbolic link that another user could have put there, and it is not followed",
                "Name the file that the link leads to, or let root own the link and the directory that it is in, with no right to write for others");
        }
    }

    private static byte[] ReadLink(SafeFileHandle link, string place)
    {
        var buffer = new byte[LongestTarget];
        var length = Libc.ReadLinkAt((int)link.DangerousGetHandle(), [0], buffer, LongestTarget);
        return length >= 0 ? buffer[..(int)length] : throw SystemFailure.Last(place);
    }

    private static void Push(Stack<byte[]> rest, ReadOnlySpan<byte> path)
    {
        var names = new List<byte[]>();
        foreach (var range in path.Split((byte)'/'))
        {
            if (path[range] is not ([] or [(byte)'.']))
            {
                names.Add(path[range].ToArray());
            }
        }
        for (var i = names.Count - 1; i >= 0; i--)
        {
            rest.Push(names[i]);
        }
    }

    private static byte[] Zero(ReadOnlySpan<byte> name) => [.. name, 0];
}
