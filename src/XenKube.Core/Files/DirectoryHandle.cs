using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>
/// A directory of the host, held open. Everything is done in it by single names, whose bytes end in a zero, and no link is followed: who
/// moves directories or puts links there meanwhile leads nothing elsewhere.
/// </summary>
/// <param name="handle">The open directory, which may have been opened with O_PATH.</param>
/// <param name="path">Its path, for messages.</param>
/// <param name="status">Its status.</param>
internal sealed class DirectoryHandle(SafeFileHandle handle, string path, FileStatus status) : IDisposable
{
    private const int RemoveDirectory = 0x200; // AT_REMOVEDIR

    private static readonly byte[] Self = ".\0"u8.ToArray();

    /// <summary>Its path, for messages.</summary>
    public string Path { get; } = path;

    /// <summary>Its status when it was opened.</summary>
    public FileStatus Status { get; } = status;

    private int Descriptor => (int)handle.DangerousGetHandle();

    /// <summary>The path of a name, for messages.</summary>
    public string PlaceOf(ReadOnlySpan<byte> name) => System.IO.Path.Combine(Path, Encoding.UTF8.GetString(name.TrimEnd((byte)0)));

    /// <summary>What a name is; null if nothing is there.</summary>
    public FileStatus? Find(byte[] name) => FileStatus.ReadAt(Descriptor, name);

    /// <summary>Holds what is there, whatever it is, without opening it (O_PATH); null if nothing is there.</summary>
    public SafeFileHandle? TryHold(byte[] name)
    {
        // Asked for a directory first: the kernel mounts what is mounted on demand for a directory alone.
        var held = Libc.OpenAt(Descriptor, name, OpenFlags.Path | OpenFlags.NoFollow | OpenFlags.Directory, 0)
            ?? (Libc.LastError == Errno.NotADirectory ? Libc.OpenAt(Descriptor, name, OpenFlags.Path | OpenFlags.NoFollow, 0) : null);
        return held ?? (Libc.LastError == Errno.NoEntry ? null : throw SystemFailure.Last(PlaceOf(name)));
    }

    /// <summary>Opens a regular file; null if nothing is there. A pipe in its place is not waited for.</summary>
    /// <param name="name">The name.</param>
    /// <param name="flags">Reading, writing or both.</param>
    /// <exception cref="NotRegularFileException">It is something else.</exception>
    public SafeFileHandle? TryOpenFile(byte[] name, OpenFlags flags = OpenFlags.ReadOnly)
    {
        // Looked at before it is opened: to open a device can have effects.
        if (Find(name) is not { } found)
        {
            return null;
        }
        RequireRegular(found);
        var file = Libc.OpenAt(Descriptor, name, flags | OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.NoTerminal, 0);
        if (file is null)
        {
            return Libc.LastError == Errno.NoEntry ? null : throw SystemFailure.Last(PlaceOf(name));
        }
        try
        {
            RequireRegular(FileStatus.Read(file));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Makes a file that is not there yet, and opens it for reading and writing.</summary>
    public SafeFileHandle Create(byte[] name, UnixFileMode mode) =>
        Libc.OpenAt(Descriptor, name, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, (uint)mode)
            ?? throw SystemFailure.Last(PlaceOf(name));

    /// <summary>Makes a file without a name (O_TMPFILE); null where the file system cannot.</summary>
    public SafeFileHandle? TryCreateUnnamed(UnixFileMode mode)
    {
        // Such a file gets its name through /proc.
        if (!System.IO.Directory.Exists("/proc/self/fd"))
        {
            return null;
        }
        return Libc.OpenAt(Descriptor, Self, OpenFlags.Unnamed | OpenFlags.ReadWrite, (uint)mode)
            ?? (Libc.LastError is Errno.NotSupported or Errno.IsADirectory or Errno.InvalidArgument or Errno.NoEntry ? null
                : throw SystemFailure.Last(Path));
    }

    /// <summary>
    /// Opens a regular file of this process's own for reading and writing, or makes it. What another user put in its place is removed.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="mode">Its permissions, when it is made.</param>
    public SafeFileHandle OpenOwn(byte[] name, UnixFileMode mode)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (Find(name) is { } found)
                {
                    if (found.IsDirectory)
                    {
                        throw new NotRegularFileException("is a directory, not a file");
                    }
                    if (found is { IsRegularFile: true, Links: 1 } && FileTrust.Distrust("", found) is null
                        && TryOpenFile(name, OpenFlags.ReadWrite) is { } file)
                    {
                        return file;
                    }
                    Remove(name);
                }
                return Create(name, mode);
            }
            catch (Exception e) when (attempt < 10 && (e.IsMissingFile()
                || (e is IOException and not NotRegularFileException && (Errno)e.HResult is Errno.Exists or Errno.TooManyLinks)))
            {
                // Somebody else made or removed it in between.
            }
        }
    }

    /// <summary>Gives a file without a name its first name. False if the name is taken.</summary>
    public bool TryLink(SafeFileHandle file, byte[] name) => Libc.TryLinkAt(file, Descriptor, name)
        || (Libc.LastError == Errno.Exists ? false : throw SystemFailure.Last(PlaceOf(name)));

    /// <summary>Gives an entry another name that is free. False if the name is taken.</summary>
    public bool TryRename(byte[] name, byte[] newName) => Libc.TryRenameWithoutReplacing(Descriptor, name, newName)
        || (Libc.LastError == Errno.Exists ? false : throw SystemFailure.Last(PlaceOf(newName)));

    /// <summary>Gives an entry another name; what had that name is gone.</summary>
    public void Rename(byte[] name, byte[] newName) => MoveTo(name, this, newName);

    /// <summary>Makes a symbolic link that is not there yet.</summary>
    public void MakeLink(byte[] name, string target) => Check(Libc.MakeLinkAt(Encoding.UTF8.GetBytes(target + '\0'), Descriptor, name),
        name);

    /// <summary>Where a symbolic link leads; null if no link is there.</summary>
    public string? ReadLink(byte[] name)
    {
        const int longest = 4096;
        if (Find(name) is not { IsSymbolicLink: true })
        {
            return null;
        }
        var buffer = new byte[longest];
        var length = Libc.ReadLinkAt(Descriptor, name, buffer, longest);
        return length >= 0 ? Encoding.UTF8.GetString(buffer.AsSpan(0, (int)length)) : throw SystemFailure.Last(PlaceOf(name));
    }

    /// <summary>Makes a directory, if it is not there, and enters it.</summary>
    public DirectoryHandle Make(byte[] name, UnixFileMode mode)
    {
        if (Libc.MakeDirectoryAt(Descriptor, name, (uint)mode) != 0 && Libc.LastError != Errno.Exists)
        {
            throw SystemFailure.Last(PlaceOf(name));
        }
        return Enter(name);
    }

    /// <summary>Opens a directory in this one.</summary>
    public DirectoryHandle Enter(byte[] name)
    {
        var entered = Libc.OpenAt(Descriptor, name, OpenFlags.Directory | OpenFlags.NoFollow, 0) ?? throw SystemFailure.Last(PlaceOf(name));
        return new DirectoryHandle(entered, PlaceOf(name), FileStatus.Read(entered));
    }

    /// <summary>Opens this directory for reading, for a lock of it.</summary>
    public SafeFileHandle OpenReadable() => Libc.OpenAt(Descriptor, Self, OpenFlags.Directory, 0) ?? throw SystemFailure.Last(Path);

    /// <summary>Removes a file or link. False if nothing is there.</summary>
    public bool Remove(byte[] name) => Libc.UnlinkAt(Descriptor, name, 0) == 0
        || (Libc.LastError == Errno.NoEntry ? false : throw SystemFailure.Last(PlaceOf(name)));

    /// <summary>Removes an empty directory. False if nothing is there.</summary>
    public bool RemoveEmpty(byte[] name) =>
        Libc.UnlinkAt(Descriptor, name, RemoveDirectory) == 0 || (Libc.LastError == Errno.NoEntry
            ? false : throw SystemFailure.Last(PlaceOf(name)));

    /// <summary>The names in it, each with a zero at its end.</summary>
    public List<byte[]> Names()
    {
        const int nameOffset = 19; // d_name of struct dirent, readdir(3)
        var copy = Libc.OpenAt(Descriptor, Self, OpenFlags.Directory, 0) ?? throw SystemFailure.Last(Path);
        var list = Libc.OpenList((int)copy.DangerousGetHandle());
        if (list == 0)
        {
            copy.Dispose();
            throw SystemFailure.Last(Path);
        }
        // The list owns the descriptor now.
        copy.SetHandleAsInvalid();
        try
        {
            var names = new List<byte[]>();
            for (nint entry; (entry = Libc.ReadList(list)) != 0;)
            {
                unsafe
                {
                    var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)entry + nameOffset);
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    {
                        names.Add([.. name, 0]);
                    }
                }
            }
            return names;
        }
        finally
        {
            _ = Libc.CloseList(list);
        }
    }

    /// <summary>Returns when what was renamed, made or removed in it is on stable storage.</summary>
    /// <param name="file">A file in it; where the directory may be written and not read, its whole file system is synchronised.</param>
    /// <exception cref="IOException">It may not be.</exception>
    public void Synchronize(SafeFileHandle? file = null)
    {
        using var readable = Libc.OpenAt(Descriptor, Self, OpenFlags.Directory, 0);
        if (readable is not null)
        {
            DurableFile.Synchronize(readable);
        }
        else if (Libc.LastError != Errno.PermissionDenied)
        {
            throw SystemFailure.Last(Path);
        }
        else if (file is not null && Libc.SynchronizeFileSystem(file) != 0)
        {
            throw SystemFailure.Last(Path);
        }
    }

    public void Dispose() => handle.Dispose();

    private static void RequireRegular(FileStatus found)
    {
        if (!found.IsRegularFile)
        {
            throw new NotRegularFileException(found.IsDirectory ? "is a directory, not a file" : found.IsSymbolicLink
                ? "is a symbolic link, which is not followed" : "is not a regular file");
        }
    }

    /// <summary>Moves an entry to another directory of the same file system; an entry that has the name there is replaced.</summary>
    public void MoveTo(byte[] name, DirectoryHandle directory, byte[] newName) =>
        Check(Libc.RenameAt(Descriptor, name, directory.Descriptor, newName), newName);

    private void Check(int result, byte[] name)
    {
        if (result != 0)
        {
            throw SystemFailure.Last(PlaceOf(name));
        }
    }
}
