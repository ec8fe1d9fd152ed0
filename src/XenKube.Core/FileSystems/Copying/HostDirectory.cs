using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.FileSystems.Copying;

/// <summary>
/// A directory of the host, held open. Everything is done in it by single names, so that no link that is in it, and nobody who
/// moves directories meanwhile, leads a copy elsewhere; we often run as root, and the names come from a guest's disk.
/// </summary>
internal sealed class HostDirectory : CopyDirectory
{
    private const uint Private = 0x180;
    private const uint OwnerAll = 0x1C0;
    private const uint Permissions = 0x1FF;
    private const int NoFollow = 0x100;
    private const OpenFlags NewFile = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow;

    private readonly SafeFileHandle _handle;
    private readonly HashSet<(ulong Device, ulong Inode)> _written = [];

    private HostDirectory(string place, SafeFileHandle handle)
    {
        Place = place;
        _handle = handle;
    }

    public override string Place { get; }

    private int Descriptor => (int)_handle.DangerousGetHandle();

    /// <summary>Opens a directory by its path.</summary>
    /// <param name="path">The path; links on the way are followed.</param>
    /// <param name="followLast">True to follow a link in the last place as well.</param>
    public static HostDirectory Open(string path, bool followLast)
    {
        try
        {
            return new(path, OpenIn(Libc.CurrentDirectory, Zero(path),
                OpenFlags.Directory | (followLast ? OpenFlags.ReadOnly : OpenFlags.NoFollow), path));
        }
        catch (ItemNotFoundException)
        {
            throw NotCopied(path, "there is no such directory");
        }
    }

    /// <summary>What is at a path; links are not followed.</summary>
    public static FileStatus? Status(string path) => FileStatus.Of(path, follow: false);

    /// <summary>An entry for a file of the host.</summary>
    public static FileSystemEntry Describe(string name, FileStatus status, string? link) => new(
        "/" + name,
        status.IsDirectory ? FileSystemEntryKind.Directory : status.IsSymbolicLink ? FileSystemEntryKind.SymbolicLink
            : status.IsRegularFile ? FileSystemEntryKind.File : FileSystemEntryKind.Special,
        status.Size, (int)(status.Mode & 0xFFF), status.UserId, status.GroupId,
        DateTime.UnixEpoch.AddTicks(status.ModifiedNanoseconds / 100), link)
    { Id = (long)status.Identity.Inode, Links = (int)status.Links, Device = status.Device };

    /// <summary>What the name is; null if nothing is there.</summary>
    public FileSystemEntry? Find(string name) => Try(name, () => FileStatus.ReadAt(Descriptor, Zero(name))) is { } status
        ? Describe(name, status, status.IsSymbolicLink ? ReadLink(name) : null) : null;

    public override IReadOnlyList<FileSystemEntry> List()
    {
        var entries = new List<FileSystemEntry>();
        foreach (var name in Names())
        {
            if (Find(name) is { } entry)
            {
                entries.Add(entry);
            }
        }
        return entries;
    }

    public override CopyDirectory Open(string name) =>
        new HostDirectory(PlaceOf(name), OpenIn(Descriptor, Zero(name), OpenFlags.Directory | OpenFlags.NoFollow, PlaceOf(name)));

    // Not blocking: what was a file when it was listed may be a pipe by now.
    public override Stream OpenRead(string name) => Regular(OpenIn(Descriptor, Zero(name), OpenFlags.NoFollow | OpenFlags.NonBlocking,
        PlaceOf(name)), PlaceOf(name));

    /// <summary>Opens a regular file by its path, links followed.</summary>
    public static Stream OpenFile(string path) => Regular(OpenIn(Libc.CurrentDirectory, Zero(path), OpenFlags.NonBlocking, path), path);

    public override IReadOnlyDictionary<string, byte[]> ReadAttributes(string name) => HostAttributes.Read(Descriptor, name);

    public override CopyDirectory Enter(string name, FileAttributesChange attributes)
    {
        var place = PlaceOf(name);
        var isNew = Libc.MakeDirectoryAt(Descriptor, Zero(name), OwnerAll) == 0;
        if (!isNew && Libc.LastError != Errno.Exists)
        {
            throw Failed(place);
        }
        var directory = OpenIn(Descriptor, Zero(name), OpenFlags.Directory | OpenFlags.NoFollow, place);
        // Its content has still to be written.
        if (isNew && Libc.ChangeMode(directory, ((uint)attributes.Mode! & Permissions) | OwnerAll) != 0)
        {
            directory.Dispose();
            throw Failed(place);
        }
        Written(Try(name, () => FileStatus.Read(directory)));
        return new HostDirectory(place, directory) { IsNew = isNew };
    }

    public override void Finish(string name, FileAttributesChange attributes)
    {
        using var directory = OpenIn(Descriptor, Zero(name), OpenFlags.Directory | OpenFlags.NoFollow, PlaceOf(name));
        HostContent.Apply(directory, attributes with { Mode = attributes.Mode | (int)OwnerAll }, PlaceOf(name));
    }

    public override void WriteFile(string name, FileAttributesChange attributes, Stream content, CancellationToken cancellationToken)
    {
        if (!IsNew || !TryWriteNew(name, attributes, content, cancellationToken))
        {
            Replace(name, attributes, content, cancellationToken);
        }
    }

    // In a directory that this copy has made no old content has to stay, so that the file has its name from the beginning.
    private bool TryWriteNew(string name, FileAttributesChange attributes, Stream content, CancellationToken cancellationToken)
    {
        var place = PlaceOf(name);
        var bytes = Zero(name);
        using var file = Libc.OpenAt(Descriptor, bytes, NewFile, Private);
        if (file is null)
        {
            return Libc.LastError == Errno.Exists ? false : throw Failed(place);
        }
        var isWhole = false;
        try
        {
            HostContent.Pour(content, file, place, cancellationToken);
            HostContent.Apply(file, attributes, place);
            isWhole = true;
        }
        finally
        {
            if (!isWhole)
            {
                _ = Libc.UnlinkAt(Descriptor, bytes, 0);
            }
        }
        Written(Try(name, () => FileStatus.Read(file)));
        return true;
    }

    private void Replace(string name, FileAttributesChange attributes, Stream content, CancellationToken cancellationToken)
    {
        var place = PlaceOf(name);
        var old = Replaceable(name);
        var temporary = TemporaryName();
        using var file = OpenIn(Descriptor, temporary, NewFile, place, Private);
        var isNamed = false;
        try
        {
            HostContent.Pour(content, file, place, cancellationToken);
            if (attributes.UserId is null && old is { IsRegularFile: true } && (old.Value.UserId != Libc.UserId)
                && Libc.ChangeOwner(file, old.Value.UserId, old.Value.GroupId) != 0)
            {
                throw Failed(place);
            }
            HostContent.Apply(file, attributes, place);
            if ((old is not null && Libc.Synchronize(file) != 0) || Libc.RenameAt(Descriptor, temporary, Descriptor, Zero(name)) != 0)
            {
                throw Failed(place);
            }
            isNamed = true;
        }
        finally
        {
            if (!isNamed)
            {
                _ = Libc.UnlinkAt(Descriptor, temporary, 0);
            }
        }
        Written(name);
    }

    public override bool TryLink(string name, string target, FileAttributesChange attributes)
    {
        if (Find(name) is { Kind: not FileSystemEntryKind.SymbolicLink })
        {
            throw new ItemExistsException(ErrorIds.FileExists, PlaceOf(name), null, "something is there that is not a symbolic link",
                "Remove it first");
        }
        PutInPlace(name, temporary => Libc.MakeLinkAt(Zero(target), Descriptor, temporary) == 0
            && (attributes.UserId is null || Libc.ChangeOwnerAt(Descriptor, temporary, (uint)attributes.UserId,
                (uint)(attributes.GroupId ?? uint.MaxValue), NoFollow) == 0));
        return true;
    }

    public override bool TryLinkFile(CopyDirectory root, IReadOnlyList<string> first, string name)
    {
        _ = Replaceable(name);
        var opened = new Stack<CopyDirectory>();
        try
        {
            var directory = (HostDirectory)root;
            foreach (var step in first.SkipLast(1))
            {
                directory = (HostDirectory)directory.Open(step);
                opened.Push(directory);
            }
            PutInPlace(name, temporary => Libc.MakeNameAt(directory.Descriptor, Zero(first[^1]), Descriptor, temporary, 0) == 0);
            return true;
        }
        finally
        {
            foreach (var directory in opened)
            {
                directory.Dispose();
            }
        }
    }

    // Makes something under a name of no meaning, and then gives it its own: a rename follows nothing.
    private void PutInPlace(string name, Func<byte[], bool> make)
    {
        var place = PlaceOf(name);
        var temporary = TemporaryName();
        try
        {
            if (!make(temporary) || Libc.RenameAt(Descriptor, temporary, Descriptor, Zero(name)) != 0)
            {
                throw Failed(place);
            }
        }
        finally
        {
            // Two names of one file are both left by a rename.
            _ = Libc.UnlinkAt(Descriptor, temporary, 0);
        }
        Written(name);
    }

    public override void Claim(string name)
    {
        if (Try(name, () => FileStatus.ReadAt(Descriptor, Zero(name))) is { } status
            && _written.Contains((status.Device, status.Identity.Inode)))
        {
            throw Clash(name, "this file system does not tell the name from that of another file, which was copied just now");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _handle.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>The bytes of a name or path with a zero at their end.</summary>
    private static byte[] Zero(string name) => [.. FileNames.Encode(name), 0];

    private static byte[] TemporaryName() => Zero(string.Create(CultureInfo.InvariantCulture, $".xenkube-{Guid.NewGuid():N}"));

    private static FileStream Regular(SafeFileHandle handle, string place)
    {
        if (FileStatus.Read(handle) is not { IsRegularFile: true })
        {
            handle.Dispose();
            throw new InvalidInputException(ErrorIds.FileInvalid, place, null, "it is not a regular file",
                $"Copy a file, or write what a pipe holds: {RemedyActionKind.WriteDiskFile}");
        }
        return new FileStream(handle, FileAccess.Read, bufferSize: 0);
    }

    private static SafeFileHandle OpenIn(int directory, byte[] name, OpenFlags flags, string place, uint mode = 0) =>
        Libc.OpenAt(directory, name, flags, mode) ?? throw Failed(place, isDirectory: flags.HasFlag(OpenFlags.Directory));

    /// <summary>The error of the last call.</summary>
    internal static XenKubeException Failed(string place, bool isDirectory = false) => Libc.LastError switch
    {
        Errno.NoEntry => new ItemNotFoundException(ErrorIds.FileNotFound, place, null, "there is no such file or directory"),
        Errno.TooManyLinks or Errno.NotADirectory when isDirectory => new ItemExistsException(
            ErrorIds.FileExists, place, null, "it is not a directory, or a symbolic link, which is not followed at a destination",
            "Remove it first, or copy to another place"),
        Errno.TooManyLinks => new ItemExistsException(ErrorIds.FileExists, place, null,
            "it is a symbolic link, which is not followed here"),
        _ => NotCopied(place, Libc.LastErrorText),
    };

    private T Try<T>(string name, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (IOException e)
        {
            throw NotCopied(PlaceOf(name), e.Message, e);
        }
    }

    // A file or a link is replaced, by a rename, which follows nothing.
    private FileStatus? Replaceable(string name)
    {
        var old = Try(name, () => FileStatus.ReadAt(Descriptor, Zero(name)));
        return old is null or { IsRegularFile: true } or { IsSymbolicLink: true } ? old
            : throw new ItemExistsException(ErrorIds.FileExists, PlaceOf(name), null, old is { IsDirectory: true }
                ? "it is a directory" : "it is not a regular file", "Remove it first, or copy to another name");
    }

    private void Written(string name)
    {
        if (Try(name, () => FileStatus.ReadAt(Descriptor, Zero(name))) is { } status)
        {
            Written(status);
        }
    }

    private void Written(FileStatus status) => _written.Add((status.Device, status.Identity.Inode));

    private string ReadLink(string name)
    {
        var buffer = new byte[4096];
        var length = Libc.ReadLinkAt(Descriptor, Zero(name), buffer, (nuint)buffer.Length);
        return length >= 0 ? FileNames.Decode(buffer.AsSpan(0, (int)length)) : throw Failed(PlaceOf(name));
    }

    private List<string> Names()
    {
        const int nameOffset = 19;
        // The list has a descriptor of its own, which goes with it.
        var copy = OpenIn(Descriptor, Zero("."), OpenFlags.Directory, Place);
        var list = Libc.OpenList((int)copy.DangerousGetHandle());
        if (list == 0)
        {
            copy.Dispose();
            throw Failed(Place);
        }
        copy.SetHandleAsInvalid();
        try
        {
            var names = new List<string>();
            for (nint entry; (entry = Libc.ReadList(list)) != 0;)
            {
                unsafe
                {
                    var name = FileNames.Decode(MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)entry + nameOffset));
                    if (name is not ("." or ".."))
                    {
                        names.Add(name);
                    }
                }
            }
            names.Sort(StringComparer.Ordinal);
            return names;
        }
        finally
        {
            _ = Libc.CloseList(list);
        }
    }
}
