using System.Buffers.Binary;
using System.Globalization;
using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>
/// Refuses images that the kernel, a device model or a domain uses without a lock of its own. Nothing overrides it: a file
/// system edited under a guest that has it mounted is lost. Files are compared by what they are, not by their names.
/// </summary>
internal sealed class ImageGuard
{
    private readonly string _path;
    private readonly FileStatus _image;
    private readonly string _system;

    private ImageGuard(string path, FileStatus image, string system)
    {
        _path = path;
        _image = image;
        _system = system;
    }

    /// <summary>Looks at everything that could use the image.</summary>
    /// <param name="device">The open image.</param>
    /// <param name="domains">Knows the running domains, or null.</param>
    /// <param name="system">Where /sys, /proc and /dev are; tests have their own.</param>
    /// <exception cref="ItemInUseException">It is in use.</exception>
    public static void Check(FileDevice device, IImageUseProbe? domains, string system = "/")
    {
        var path = Path.GetFullPath(device.Name);
        var guard = new ImageGuard(path, FileStatus.Read(device.Handle), system);
        guard.CheckLoopDevices();
        guard.CheckMounts();
        guard.CheckDeviceModels();
        if (domains?.FindUser(ResolveLinks(path)) is { } user)
        {
            throw guard.InUse($"{user} uses it", "Stop it first");
        }
    }

    private void CheckLoopDevices()
    {
        foreach (var folder in List("sys/block", "loop*"))
        {
            var backing = Path.Combine(folder, "loop", "backing_file");
            if (!File.Exists(backing))
            {
                continue;
            }
            var name = Path.GetFileName(folder);
            if (IsBackingFile(name, ReadText(backing)))
            {
                throw InUse($"it is attached to /dev/{name}", $"Detach it first: losetup -d /dev/{name} (Xen does so when the guest ends)");
            }
        }
    }

    /// <summary>The driver knows device and inode; where it may not be asked, the path it shows has to do.</summary>
    private bool IsBackingFile(string loop, string backing)
    {
        const int deviceOffset = 0, inodeOffset = 8;
        try
        {
            using var handle = File.OpenHandle(Path.Combine(_system, "dev", loop), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Span<byte> status = stackalloc byte[232];
            if (Libc.TryGetLoopStatus(handle, status))
            {
                return BinaryPrimitives.ReadUInt64LittleEndian(status[deviceOffset..]) == _image.Identity.EncodedDevice
                    && BinaryPrimitives.ReadUInt64LittleEndian(status[inodeOffset..]) == _image.Identity.Inode;
            }
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // Not ours to ask.
        }
        const string deleted = " (deleted)";
        backing = backing.TrimEnd('\n');
        return IsImage(backing) || (backing.EndsWith(deleted, StringComparison.Ordinal) && IsImage(backing[..^deleted.Length]));
    }

    /// <summary>A mounted block device, or a file mounted by FUSE, which names it as the source.</summary>
    private void CheckMounts()
    {
        foreach (var line in ReadText(Path.Combine(_system, "proc/self/mountinfo")).Split('\n'))
        {
            // 36 35 98:0 /root /mount-point options [optional fields] - type source super-options
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (fields.Length < 6 || dash < 0 || dash + 2 >= fields.Length)
            {
                continue;
            }
            var source = Unescape(fields[dash + 2]);
            if (IsSameBlockDevice(fields[2]) || (source.StartsWith('/') && IsImage(source)))
            {
                throw InUse($"it is mounted on {Unescape(fields[4])}", $"Unmount it first: umount {Unescape(fields[4])}");
            }
        }
    }

    /// <summary>
    /// On a Xen host QEMU serves disks of kind qdisk with its locks turned off, and tapdisk knows none: whether one of them
    /// has the image open is told by its open files.
    /// </summary>
    private void CheckDeviceModels()
    {
        if (!ReadText(Path.Combine(_system, "sys/hypervisor/type")).StartsWith("xen", StringComparison.Ordinal))
        {
            return;
        }
        foreach (var process in List("proc", "*"))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }
            var command = ReadText(Path.Combine(process, "comm")).TrimEnd('\n');
            if ((command.StartsWith("qemu", StringComparison.Ordinal) || command.StartsWith("tapdisk", StringComparison.Ordinal)) && List($"proc/{id}/fd", "*").Any(IsImage))
            {
                throw InUse($"{command} (process {id}) has it open for a guest", "Stop the guest first");
            }
        }
    }

    private bool IsImage(string path) => FileIdentity.Of(path) is { } found && found == _image.Identity;

    private bool IsSameBlockDevice(string numbers) =>
        _image.BlockDevice is { } block && numbers == string.Create(CultureInfo.InvariantCulture, $"{block.Major}:{block.Minor}");

    private ItemInUseException InUse(string reason, string remedy) => new(ErrorIds.ImageInUse, _path, null, reason, remedy);

    private string[] List(string folder, string pattern)
    {
        try
        {
            return Directory.GetFileSystemEntries(Path.Combine(_system, folder), pattern);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return [];
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : "";
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return "";
        }
    }

    private static string ResolveLinks(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException)
        {
            return path;
        }
    }

    /// <summary>mountinfo writes space, tab, newline and backslash as three octal digits.</summary>
    private static string Unescape(string field)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length && field.AsSpan(i + 1, 3).ContainsAnyExceptInRange('0', '7') is false)
            {
                text.Append((char)((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + field[i + 3] - '0'));
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }
        return text.ToString();
    }
}
