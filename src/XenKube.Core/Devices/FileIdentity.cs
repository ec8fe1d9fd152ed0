using Microsoft.Win32.SafeHandles;
using XenKube.Disks;
using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>What a file is, whatever path leads to it: device and inode; for a block device also the device it stands for.</summary>
internal readonly record struct FileIdentity(uint Major, uint Minor, ulong Inode, (uint Major, uint Minor)? BlockDevice)
{
    private const int TypeMask = 0xF000;
    private const int BlockType = 0x6000;

    /// <summary>Mode and inode.</summary>
    private const uint Wanted = 0x102;

    /// <summary>The identity of a path, links followed; null where there is none to be had.</summary>
    public static FileIdentity? Of(string path) =>
        NativeMethods.Stat(NativeMethods.CurrentDirectory, path, 0, Wanted, out var status) == 0 ? From(status) : null;

    /// <summary>The identity of an open file.</summary>
    public static FileIdentity Of(SafeFileHandle file) =>
        NativeMethods.Stat((int)file.DangerousGetHandle(), "", NativeMethods.EmptyPath, Wanted, out var status) == 0
            ? From(status)
            : throw new OperationFailedException("ImageNotReadable", null, null, "the system does not tell what file this is");

    /// <summary>The device number as the kernel's loop driver encodes it.</summary>
    public ulong EncodedDevice => Minor & 0xFF | Major << 8 | (ulong)(Minor & ~0xFFu) << 12;

    private static FileIdentity From(NativeMethods.FileStatus status) => new(
        status.DeviceMajor, status.DeviceMinor, status.Inode, (status.Mode & TypeMask) == BlockType ? (status.SpecialMajor, status.SpecialMinor) : null);
}
