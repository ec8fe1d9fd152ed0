using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace XenKube.Posix;

/// <summary>
/// Calls of Linux that work in an open directory, whatever is done to the path that led to it. Names are bytes with a zero at their end.
/// </summary>
internal static partial class Libc
{
    /// <summary>openat(2).</summary>
    /// <param name="directory">The open directory; <see cref="CurrentDirectory"/> for a path by itself.</param>
    /// <param name="name">The bytes of the name, and a zero.</param>
    /// <param name="flags">How to open it; O_CLOEXEC is always added.</param>
    /// <param name="mode">Permissions of a file that is made, less the umask.</param>
    /// <returns>The open file, or null: <see cref="LastError"/> has the reason.</returns>
    public static SafeFileHandle? OpenAt(int directory, byte[] name, OpenFlags flags, uint mode)
    {
        ListenFor(flags);
        var descriptor = OpenAt(directory, name, Native(flags | OpenFlags.CloseOnExec, RuntimeInformation.ProcessArchitecture), mode);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenAt(int directory, byte[] name, int flags, uint mode);

    /// <summary>linkat(2): gives an open file without a name its first one, in an open directory.</summary>
    /// <returns>False on failure: <see cref="LastError"/> has the reason.</returns>
    public static bool TryLinkAt(SafeFileHandle file, int directory, byte[] name) =>
        LinkAt(CurrentDirectory, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"/proc/self/fd/{(int)file.DangerousGetHandle()}\0")), directory, name, FollowLink) == 0;

    /// <summary>renameat2(2) with RENAME_NOREPLACE, within one open directory: fails when the new name is taken.</summary>
    /// <returns>False on failure: <see cref="LastError"/> has the reason.</returns>
    public static bool TryRenameWithoutReplacing(int directory, byte[] name, byte[] newName) =>
        RenameAt(directory, name, directory, newName, NoReplace) == 0;

    /// <summary>futimens(2): the file was changed and read just now.</summary>
    public static int Touch(SafeFileHandle file) => SetTimes(file, 0);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true)]
    private static partial int LinkAt(int fromDirectory, byte[] from, int toDirectory, byte[] to, int flags);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    private static partial int RenameAt(int fromDirectory, byte[] from, int toDirectory, byte[] to, uint flags);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    private static partial int SetTimes(SafeFileHandle file, nint times);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SynchronizeFileSystem(SafeHandle file);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int MakeDirectoryAt(int directory, byte[] name, uint mode);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    public static partial int MakeLinkAt(byte[] target, int directory, byte[] name);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    public static partial nint ReadLinkAt(int directory, byte[] name, byte[] buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    public static partial int RenameAt(int directory, byte[] name, int newDirectory, byte[] newName);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true)]
    public static partial int MakeNameAt(int directory, byte[] name, int newDirectory, byte[] newName, int flags);

    [LibraryImport("libc", EntryPoint = "llistxattr", SetLastError = true)]
    public static partial nint ListAttributes(byte[] path, byte[]? names, nuint size);

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true)]
    public static partial nint ReadAttribute(byte[] path, byte[] name, byte[] value, nuint size);

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true)]
    public static partial int WriteAttribute(SafeHandle file, byte[] name, byte[] value, nuint size, int flags);

    /// <summary>futimens(3); two struct timespec: the times of access and of the last change.</summary>
    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    public static partial int SetTimes(SafeHandle file, long[] times);

    /// <summary>fchownat(2).</summary>
    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true)]
    public static partial int ChangeOwnerAt(int directory, byte[] name, uint user, uint group, int flags);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(int directory, byte[] name, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(SafeHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(SafeHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    public static partial nint OpenList(int directory);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    public static partial nint ReadList(nint list);

    [LibraryImport("libc", EntryPoint = "closedir")]
    public static partial int CloseList(nint list);

    /// <summary>fcntl(2) with a number as its argument.</summary>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(SafeHandle file, int command, int argument);
}
