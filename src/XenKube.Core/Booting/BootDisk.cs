using System.Text;
using XenKube.Booting.Grub;
using XenKube.Disks;
using XenKube.FileSystems;

namespace XenKube.Booting;

/// <summary>A disk as GRUB sees it: <c>hd0</c>, with the partitions <c>hd0,gptN</c>.</summary>
internal sealed class BootDisk : IGrubDisk, IDisposable
{
    private const string DiskName = "hd0";

    private readonly DiskImage _disk;
    private readonly BootPlanOptions _options;
    private readonly Dictionary<int, IFileSystem?> _fileSystems = [];
    private readonly List<DiskPartition> _excluded = [];

    public BootDisk(DiskImage disk, BootPlanOptions options)
    {
        _disk = disk;
        _options = options;
    }

    /// <summary>The slot that a script chose last; null before.</summary>
    public UsrSlot? Slot { get; private set; }

    /// <summary>The slots that scripts chose, those that were passed over as well: each choice takes a try.</summary>
    public Dictionary<int, UsrSlot> Taken { get; } = [];

    /// <summary>Whether a script asked for a slot.</summary>
    public bool WasAsked { get; private set; }

    /// <summary>What a person should know.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The partitions.</summary>
    public IReadOnlyList<DiskPartition> Partitions => _disk.Partitions.Partitions;

    /// <summary>Passes over the slot that was chosen last.</summary>
    public void ExcludeSlot()
    {
        _excluded.Add(Slot!.Partition);
        Slot = null;
    }

    /// <summary>The partition of a device's name; null where it is none.</summary>
    public DiskPartition? PartitionOf(string device) => Partitions.FirstOrDefault(partition => NameOf(partition) == device);

    /// <summary>The name by which scripts know a partition.</summary>
    public static string NameOf(DiskPartition partition) => FormattableString.Invariant($"{DiskName},gpt{partition.Number}");

    /// <summary>Opens a partition's file system; null where there is none that is known here.</summary>
    public IFileSystem? Open(DiskPartition partition)
    {
        if (!_fileSystems.TryGetValue(partition.Number, out var files))
        {
            try
            {
                files = _disk.OpenFileSystem(partition);
            }
            catch (UnsupportedFeatureException e)
            {
                files = null;
                if (partition.Label == "OEM")
                {
                    Warnings.Add($"OEM is not read ({e.Reason}): kernel arguments that its grub.cfg adds are not seen");
                }
            }
            _fileSystems.Add(partition.Number, files);
        }
        return files;
    }

    /// <summary>The size of a file in bytes; 0 where there is none.</summary>
    public long SizeOf(GrubPath path) => PartitionOf(path.Device) is { } partition ? Open(partition)?.Find(path.Path)?.Size ?? 0 : 0;

    /// <summary>Appends a file to a stream, as GRUB loads several initial file systems as one: each begins at a multiple of four.</summary>
    public void Append(GrubPath path, Stream output)
    {
        using var content = Open(PartitionOf(path.Device)!)!.OpenRead(path.Path);
        output.Write(new byte[-output.Length & 3]);
        content.CopyTo(output);
    }

    /// <summary>Reads a file; null where there is none, or it is larger than the limit.</summary>
    public byte[]? ReadFile(string device, string path, int maximum) =>
        PartitionOf(device) is { } partition && Open(partition) is { } files ? SmallFile.TryRead(files, path, maximum) : null;

    /// <inheritdoc/>
    public string? Search(string kind, string value)
    {
        if (kind == "disk-uuid")
        {
            return Guid.TryParse(value, out var disk) && disk == _disk.Partitions.DiskId ? DiskName : null;
        }
        var found = Partitions.FirstOrDefault(partition => kind switch
        {
            "part-label" => partition.Label == value,
            "part-uuid" => Guid.TryParse(value, out var id) && id == partition.UniqueId,
            "label" => partition.FileSystemLabel == value && partition.FileSystem.Length > 0,
            "fs-uuid" => partition.FileSystemUuid.Equals(value, StringComparison.OrdinalIgnoreCase) && value.Length > 0,
            "file" => Test('f', NameOf(partition), value) || Test('d', NameOf(partition), value),
            _ => false,
        });
        return found is null ? null : NameOf(found);
    }

    /// <inheritdoc/>
    public string? ReadText(string device, string path) => ReadText(device, path, BootLimits.Script);

    /// <summary>Reads a file as text; null where there is none, or it is larger than the limit.</summary>
    public string? ReadText(string device, string path, int maximum) =>
        ReadFile(device, path, maximum) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <inheritdoc/>
    public bool Test(char kind, string device, string path)
    {
        if (!path.StartsWith('/') || PartitionOf(device) is not { } partition || Open(partition)?.Find(path) is not { } entry)
        {
            return false;
        }
        return kind switch
        {
            'f' => entry.Kind == FileSystemEntryKind.File,
            'd' => entry.Kind == FileSystemEntryKind.Directory,
            's' => entry.Kind == FileSystemEntryKind.File && entry.Size > 0,
            _ => true,
        };
    }

    /// <inheritdoc/>
    public string NameOf(string device, string path) => $"{PartitionOf(device)?.Label ?? device}:{path}";

    /// <inheritdoc/>
    public (string Device, Guid Id)? NextSlot()
    {
        WasAsked = true;
        var slots = Partitions.Where(partition => partition.Priority is not null);
        Slot = _options.Slot is { } wanted
            ? slots.Where(partition => IsSlot(partition, wanted)).Select(UsrSlot.Of).FirstOrDefault()
            : UsrSlot.Choose(slots, _excluded);
        if (Slot is null)
        {
            return null;
        }
        Taken[Slot.Partition.Number] = Slot;
        return (NameOf(Slot.Partition), Slot.Partition.UniqueId);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var files in _fileSystems.Values)
        {
            files?.Dispose();
        }
    }

    private static bool IsSlot(DiskPartition partition, string wanted) =>
        partition.Label.Equals($"USR-{wanted}", StringComparison.OrdinalIgnoreCase);
}
