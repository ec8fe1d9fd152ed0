using System.Buffers.Binary;
using System.Globalization;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>
/// Refuses images that the kernel, a device model or a domain uses without a lock of its own. Nothing overrides it: a file
/// system edited under a guest that has it mounted is lost. Files are compared by what they are, not by their names.
/// </summary>
internal sealed class ImageGuard
{
    /// <summary>Stands for the process in an error about one that is not seen.</summary>
    public const int UnseenProcess = -1;

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
    /// <param name="writers">What the kernel said about writers before this process became one.</param>
    /// <exception cref="ItemInUseException">It is in use.</exception>
    public static void Check(FileDevice device, IImageUseProbe? domains, string system = "/", OtherWriters writers = OtherWriters.Unknown)
    {
        var path = Path.GetFullPath(device.Name);
        var guard = new ImageGuard(path, FileStatus.Read(device.Handle), system);
        guard.CheckLoopDevices();
        guard.CheckMounts();
        guard.CheckHolders();
        guard.CheckDeviceModels();
        guard.CheckWriters(writers);
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

    /// <summary>The driver knows device and inode; where the driver may not be asked, the path that it shows is used.</summary>
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

    /// <summary>A mounted block device or a partition of one, in any mount name space; or a file mounted by FUSE, which names it as the source.</summary>
    private void CheckMounts()
    {
        var devices = DeviceNumbers().ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        // Of a file, other name spaces matter only where a program has it open; what the kernel mounts is a device.
        foreach (var process in devices.Count == 0 ? ["proc/self"] : List("proc", "*").Where(IsProcess).Prepend("proc/self"))
        {
            if (seen.Add(LinkTarget(Path.Combine(_system, process, "ns/mnt")) ?? process))
            {
                CheckMounts(ReadText(Path.Combine(_system, process, "mountinfo")), devices);
            }
        }
    }

    private void CheckMounts(string table, HashSet<string> devices)
    {
        foreach (var line in table.Split('\n'))
        {
            // 36 35 98:0 /root /mount-point options [optional fields] - type source super-options
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (fields.Length < 6 || dash < 0 || dash + 2 >= fields.Length)
            {
                continue;
            }
            var source = Unescape(fields[dash + 2]);
            if (devices.Contains(fields[2]) || (source.StartsWith('/') && IsImage(source)))
            {
                throw InUse($"it is mounted on {Printable.Of(Unescape(fields[4]))}", $"Unmount it first: umount {Printable.Of(Unescape(fields[4]))}");
            }
        }
    }

    /// <summary>Device mapper, LVM and md take a block device or its partitions; so does Xen's own driver for guests.</summary>
    private void CheckHolders()
    {
        if (_image.BlockDevice is not { } block)
        {
            return;
        }
        var folder = string.Create(CultureInfo.InvariantCulture, $"sys/dev/block/{block.Major}:{block.Minor}");
        foreach (var part in List(folder, "*").Where(part => File.Exists(Path.Combine(part, "partition"))).Prepend(Path.Combine(_system, folder)))
        {
            if (List(Path.Combine(part, "holders"), "*").FirstOrDefault() is { } holder)
            {
                throw InUse($"/dev/{Path.GetFileName(holder)} is made of it (device mapper, LVM or md)", "Stop what uses that device, and remove it: lsblk shows what it is");
            }
        }
        // Written in hexadecimal by xen-blkback.
        var numbers = string.Create(CultureInfo.InvariantCulture, $"{block.Major:x}:{block.Minor:x}");
        foreach (var backend in List("sys/bus/xen-backend/devices", "vbd-*").Where(backend => ReadText(Path.Combine(backend, "physical_device")).Trim() == numbers))
        {
            throw InUse($"a guest has it as a disk ({Path.GetFileName(backend)})", "Stop the guest first");
        }
    }

    // Any program may be about to write what it has read long ago: FUSE, nbd, a device model, a container of its own name spaces.
    private void CheckWriters(OtherWriters writers)
    {
        if (writers == OtherWriters.None)
        {
            return;
        }
        var holders = new OpenFiles(_system).Of(_image.Identity, writing: true).ToArray();
        foreach (var holder in holders.Where(holder => holder.Id != Environment.ProcessId))
        {
            throw InUse($"{holder} has it open for writing", "Stop it first, or unmount what it mounts");
        }
        // This process has it open itself; anything else that is open here is ours as well.
        if (writers == OtherWriters.Some && !HasOwnWriters())
        {
            throw new ItemInUseException(ErrorIds.ImageInUse, _path, null, "a program that cannot be seen from here has it open for writing", "Run this as root, and stop that program") { ProcessId = UnseenProcess };
        }
    }

    private bool HasOwnWriters() => List("proc/self/fd", "*").Count(IsImage) > 1;

    /// <summary>The numbers of a block device and of its partitions, as mountinfo writes them; nothing for a file.</summary>
    private IEnumerable<string> DeviceNumbers()
    {
        if (_image.BlockDevice is not { } block)
        {
            yield break;
        }
        var numbers = string.Create(CultureInfo.InvariantCulture, $"{block.Major}:{block.Minor}");
        yield return numbers;
        foreach (var part in List($"sys/dev/block/{numbers}", "*").Where(part => File.Exists(Path.Combine(part, "partition"))))
        {
            yield return ReadText(Path.Combine(part, "dev")).Trim();
        }
    }

    private static bool IsProcess(string folder) => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
    }

    /// <summary>
    /// On a Xen host QEMU serves disks of kind qdisk with its locks turned off, and tapdisk knows none: whether one of them
    /// has the image open is told by its open files.
    /// </summary>
    private void CheckDeviceModels()
    {
        if (WholeFile.TryReadText(Path.Combine(_system, "sys/hypervisor/type"))?.StartsWith("xen", StringComparison.Ordinal) != true)
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

    private static string ReadText(string path) => WholeFile.TryReadText(path) ?? "";

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
