using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace XenKube.Posix;

/// <summary>What statx(2) says of a file: what .NET does not show of it, such as owner and inode.</summary>
internal readonly partial record struct FileStatus(uint Mode, uint UserId, uint GroupId, ulong Inode, ulong Device, long Size, long ModifiedNanoseconds, long ChangedNanoseconds)
{
    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const int NoFollow = 0x100;
    private const uint BasicStats = 0x7ff;

    public bool IsRegularFile => (Mode & 0xf000) == 0x8000;

    public bool IsDirectory => (Mode & 0xf000) == 0x4000;

    public bool IsSymbolicLink => (Mode & 0xf000) == 0xa000;

    public UnixFileMode Permissions => (UnixFileMode)(Mode & 0xfff);

    /// <summary>The status of a path, links followed unless told otherwise; null when there is nothing.</summary>
    public static FileStatus? Read(string path, bool follow = true) => Call(CurrentDirectory, path, follow ? 0 : NoFollow);

    /// <summary>The same for a file of the host: trouble is an error that names the file.</summary>
    public static FileStatus? Of(string path, bool follow = true)
    {
        try
        {
            return Read(path, follow);
        }
        catch (IOException e)
        {
            throw new OperationFailedException("FileNotReadable", Printable.Of(path), null, e.Message.StartsWith(path + ": ", StringComparison.Ordinal) ? e.Message[(path.Length + 2)..] : e.Message, e.HResult == 13 ? "Run this as root" : null, e);
        }
    }

    /// <summary>The status of a name in an open directory, links not followed; null when there is nothing.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The bytes of the name, and a zero.</param>
    public static FileStatus? ReadAt(int directory, byte[] name) => Call(directory, name, NoFollow, "");

    /// <summary>The status of an open file.</summary>
    public static FileStatus? Read(SafeHandle handle) => Call((int)handle.DangerousGetHandle(), "", EmptyPath);

    private static FileStatus? Call(int directory, string path, int flags) => Call(directory, Encoding.UTF8.GetBytes(path + '\0'), flags, path);

    private static FileStatus? Call(int directory, byte[] name, int flags, string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        unsafe
        {
            fixed (byte* pointer = buffer)
            {
                if (Statx(directory, name, flags, BasicStats, pointer) != 0)
                {
                    var error = Marshal.GetLastPInvokeError();
                    // ENOENT, ENOTDIR: nothing there. Everything else is trouble.
                    return error is 2 or 20 ? null : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}", error);
                }
            }
        }
        // struct statx, statx(2)
        return new FileStatus(
            Mode: BinaryPrimitives.ReadUInt16LittleEndian(buffer[0x1c..]),
            UserId: BinaryPrimitives.ReadUInt32LittleEndian(buffer[0x14..]),
            GroupId: BinaryPrimitives.ReadUInt32LittleEndian(buffer[0x18..]),
            Inode: BinaryPrimitives.ReadUInt64LittleEndian(buffer[0x20..]),
            Device: ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(buffer[0x88..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(buffer[0x8c..]),
            Size: BinaryPrimitives.ReadInt64LittleEndian(buffer[0x28..]),
            ModifiedNanoseconds: Nanoseconds(buffer[0x70..]),
            ChangedNanoseconds: Nanoseconds(buffer[0x60..]));
    }

    private static long Nanoseconds(ReadOnlySpan<byte> time) =>
        (BinaryPrimitives.ReadInt64LittleEndian(time) * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(time[8..]);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static unsafe partial int Statx(int directory, byte[] path, int flags, uint mask, byte* buffer);
}
