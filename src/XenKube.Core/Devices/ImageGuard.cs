using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>
/// Refuses images that the kernel, a device model or a domain uses without a lock of its own. Nothing overrides it: a file
/// system edited under a guest that has it mounted is lost. Files and devices are compared by what they are, not by their names.
/// </summary>
internal sealed class ImageGuard
{
    /// <summary>Stands for the process in an error about one that is not seen.</summary>
    public const int UnseenProcess = -1;

    /// <summary>A process becomes its program in a millisecond, and on a machine that is out of breath in some seconds.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(5), StartPause = TimeSpan.FromMilliseconds(5);

    private readonly string _path;
    private readonly FileStatus _image;
    private readonly SystemFiles _system;
    private readonly string _root;
    private readonly DeviceFamily _family;

    private ImageGuard(string path, FileStatus image, string system)
    {
        _path = path;
        _image = image;
        _root = system;
        _system = new SystemFiles(system);
        _family = DeviceFamily.Of(image, _system);
    }

    /// <summary>Looks at everything that could use the image.</summary>
    /// <param name="device">The open image.</param>
    /// <param name="domains">Knows the guests and is asked first, or null.</param>
    /// <param name="system">Where /sys, /proc and /dev are; tests have their own.</param>
    /// <param name="writers">What the kernel said about writers before this process became one.</param>
    /// <exception cref="ItemInUseException">It is in use.</exception>
    public static void Check(FileDevice device, IImageUseProbe? domains, string system = "/", OtherWriters writers = OtherWriters.Unknown)
    {
        var path = Path.GetFullPath(device.Name);
        var guard = new ImageGuard(path, FileStatus.Read(device.Handle), system);
        // A running guest has a loop device too: who is told of the device would detach it under the guest.
        RefuseGuest(path, domains);
        guard.CheckLoopDevices();
        guard.CheckMounts(everywhere: device.IsBlockDevice || writers != OtherWriters.None);
        guard.CheckSwap();
        guard.CheckHolders();
        guard.CheckGuests();
        guard.CheckDeviceModels();
        guard.CheckWriters(writers);
    }

    /// <summary>Refuses an image that a guest has as a disk.</summary>
    /// <param name="path">The image.</param>
    /// <param name="domains">Knows the guests, or null.</param>
    /// <exception cref="ItemInUseException">A guest has it.</exception>
    public static void RefuseGuest(string path, IImageUseProbe? domains)
    {
        if (domains?.FindUser(ResolveLinks(Path.GetFullPath(path))) is { } user)
        {
            throw new ItemInUseException(ErrorIds.ImageInUse, path, null, user.Description, user.Remedy);
        }
    }

    /// <summary>
    /// Takes a block device from everything that the kernel knows, or says who is in the way. For a file it does nothing.
    /// </summary>
    /// <param name="device">The open device.</param>
    /// <exception cref="ItemInUseException">Something in the kernel, or a program, holds it exclusively.</exception>
    public static void Claim(FileDevice device)
    {
        if (device.IsBlockDevice && !device.TryClaim())
        {
            var guard = new ImageGuard(Path.GetFullPath(device.Name), FileStatus.Read(device.Handle), "/");
            var holder = new OpenFiles("/").Of(guard._family, writing: false).Where(holder => holder.Id != Environment.ProcessId)
                .Cast<OpenFiles.Holder?>().FirstOrDefault();
            throw guard.InUse(
                $"{(holder is { } found ? found.ToString() : "the kernel")} holds the device exclusively (O_EXCL)",
                "Stop what uses the device: lsblk, pvs and fuser -v show what it is");
        }
    }

    private void CheckLoopDevices()
    {
        foreach (var folder in _system.List("sys/block", "loop*"))
        {
            var name = Path.GetFileName(folder);
            var backing = $"sys/block/{name}/loop/backing_file";
            if (_system.Has(backing) && IsBackingFile(name, _system.Read(backing)))
            {
                throw InUse($"it is attached to /dev/{name}", $"Detach it first: losetup -d /dev/{name} (Xen does so when the guest ends)");
            }
        }
    }

    /// <summary>The driver knows device and inode; where the driver may not be asked, the path that it shows is used.</summary>
    private bool IsBackingFile(string loop, string backing)
    {
        const int deviceOffset = 0, inodeOffset = 8, specialOffset = 16;
        try
        {
            using var handle = Libc.Open(_system.PathOf($"dev/{loop}"), OpenFlags.NonBlocking);
            Span<byte> status = stackalloc byte[232];
            if (handle is not null && Libc.TryGetLoopStatus(handle, status))
            {
                var special = BinaryPrimitives.ReadUInt64LittleEndian(status[specialOffset..]);
                return _image.IsBlockDevice
                    ? _family.Devices.Any(device => device.EncodedDevice == special)
                    : BinaryPrimitives.ReadUInt64LittleEndian(status[deviceOffset..]) == _image.Identity.EncodedDevice
                        && BinaryPrimitives.ReadUInt64LittleEndian(status[inodeOffset..]) == _image.Inode;
            }
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // Not ours to ask.
        }
        const string deleted = " (deleted)";
        backing = backing.TrimEnd('\n');
        return _family.ContainsPath(backing) || (backing.EndsWith(deleted, StringComparison.Ordinal)
            && _family.ContainsPath(backing[..^deleted.Length]));
    }

    /// <summary>A mounted block device or a partition of one; or a file mounted by FUSE, which names it as the source.</summary>
    private void CheckMounts(bool everywhere)
    {
        var numbers = _family.Devices.Select(DeviceFamily.NumberOf).ToHashSet(StringComparer.Ordinal);
        foreach (var mount in new MountTable(_system).Read(everywhere))
        {
            // Btrfs mounts have a number of their own, and the device as their source.
            if (numbers.Contains(mount.Number) || (mount.Source.StartsWith('/') && _family.ContainsPath(mount.Source)))
            {
                var place = Printable.Of(mount.Place);
                throw mount.Process is null
                    ? InUse($"it is mounted on {place}", $"Unmount it first: umount {place}")
                    // A umount in this name space would answer "not mounted".
                    : InUse(
                        $"it is mounted on {place} in the mount name space of process {mount.Process}",
                        $"Unmount it there first: nsenter --target {mount.Process} --mount umount {place}");
            }
        }
    }

    /// <summary>A swap area may be a device or a file (proc(5), /proc/swaps).</summary>
    private void CheckSwap()
    {
        foreach (var line in _system.Read("proc/swaps").Split('\n').Skip(1))
        {
            var path = MountTable.Unescape(line.Split(' ', '\t')[0]);
            if (path.StartsWith('/') && _family.ContainsPath(path))
            {
                throw InUse("it is swap space", $"Turn it off first: swapoff {Printable.Of(path)}");
            }
        }
    }

    /// <summary>Device mapper, LVM and md take a block device or its partitions.</summary>
    private void CheckHolders()
    {
        foreach (var device in _family.Devices)
        {
            if (_system.List($"{DeviceFamily.FolderOf(device)}/holders").FirstOrDefault() is { } holder)
            {
                throw InUse($"/dev/{Path.GetFileName(holder)} is made of it (device mapper, LVM or md)",
                    "Stop what uses that device, and remove it: lsblk shows what it is");
            }
        }
    }

    /// <summary>Xen's own driver for guests (xen-blkback) writes the device's number in hexadecimal.</summary>
    private void CheckGuests()
    {
        var numbers = _family.Devices.Select(device => string.Create(CultureInfo.InvariantCulture, $"{device.Major:x}:{device.Minor:x}"))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var folder in numbers.Count == 0 ? [] : _system.List("sys/bus/xen-backend/devices", "vbd-*"))
        {
            var backend = Path.GetFileName(folder);
            if (numbers.Contains(_system.Read($"sys/bus/xen-backend/devices/{backend}/physical_device").Trim()))
            {
                throw InUse($"a guest has it as a disk ({backend})", "Stop the guest first");
            }
        }
    }

    // Any program may be about to write what it has read long ago: FUSE, nbd, a device model, a container of its own name spaces.
    private void CheckWriters(OtherWriters writers)
    {
        if (writers == OtherWriters.None)
        {
            return;
        }
        foreach (var holder in OtherHolders())
        {
            throw InUse($"{holder} has it open for writing", "Stop it first, or unmount what it mounts");
        }
        // This process has it open itself; anything else that is open here is ours as well.
        if (writers == OtherWriters.Some && !HasOwnWriters())
        {
            throw new ItemInUseException(ErrorIds.ImageInUse, _path, null,
                "a program that cannot be seen from here has it open for writing",
                "Run this as root, and stop that program") { ProcessId = UnseenProcess };
        }
    }

    /// <summary>
    /// Who else may write to the image. A process that is being started, by this one or by another, is given a moment to become its
    /// program.
    /// </summary>
    private OpenFiles.Holder[] OtherHolders()
    {
        var processes = new OpenFiles(_root);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            OpenFiles.Holder[] holders = [.. processes.Of(_family, writing: true).Where(holder => holder.Id != Environment.ProcessId)];
            if (!holders.Any(holder => processes.IsStarting(holder.Id)) || watch.Elapsed > StartLimit)
            {
                return holders;
            }
            Thread.Sleep(StartPause);
        }
    }

    private bool HasOwnWriters() => _system.List("proc/self/fd").Count(_family.ContainsPath) > 1;

    /// <summary>
    /// On a Xen host QEMU serves disks of kind qdisk with its locks turned off, and tapdisk knows none: whether one of them
    /// has the image open is told by its open files.
    /// </summary>
    private void CheckDeviceModels()
    {
        if (!_system.Read("sys/hypervisor/type").StartsWith("xen", StringComparison.Ordinal))
        {
            return;
        }
        foreach (var process in _system.Processes())
        {
            var id = Path.GetFileName(process);
            var command = _system.Read($"proc/{id}/comm").TrimEnd('\n');
            if ((command.StartsWith("qemu", StringComparison.Ordinal) || command.StartsWith("tapdisk", StringComparison.Ordinal))
                && _system.List($"proc/{id}/fd").Any(_family.ContainsPath))
            {
                throw InUse($"{command} (process {id}) has it open for a guest", "Stop the guest first");
            }
        }
    }

    private ItemInUseException InUse(string reason, string remedy) => new(ErrorIds.ImageInUse, _path, null, reason, remedy);

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
}
