using XenKube.Ignition.ContainerLinux.Decoding;
using XenKube.Ignition.Generation2;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.ContainerLinux.Translation;

/// <content>The rules on disks, file systems and what is on them.</content>
internal sealed partial class Ign2Rules
{
    private const string NotAbsolute = "path not absolute";

    private static bool IsAbsolute(string path) => path.StartsWith('/');

    private void CheckStorage(YamlPlace place)
    {
        var storage = config.Storage;
        Each(storage.Directories, "directories", CheckDirectory);
        Each(storage.Disks, "disks", CheckDisk);
        Each(storage.Files, "files", CheckFile);
        Each(storage.Filesystems, "filesystems", CheckFilesystem);
        Each(storage.Links, "links", CheckLink);
        Each(storage.Raid, "raid", CheckRaid);

        void Each<T>(List<T> items, string name, Action<T, YamlPlace> check)
        {
            var list = Child(place, name);
            for (var index = 0; index < items.Count; index++)
            {
                check(items[index], list.Item(index));
            }
        }
    }

    private void CheckNode(Ign2Node node, YamlPlace place)
    {
        if (node.Filesystem.Length == 0)
        {
            Error(Child(place, "filesystem"), "no filesystem specified");
        }
        CheckOwner(node.Group, Child(place, "group"));
        if (!IsAbsolute(node.Path))
        {
            Error(Child(place, "path"), NotAbsolute);
        }
        CheckOwner(node.User, Child(place, "user"));
    }

    private void CheckOwner(Ign2Owner? owner, YamlPlace place)
    {
        if (owner is { Id: not null, Name.Length: > 0 })
        {
            Error(place, "cannot set both id and name");
        }
    }

    private void CheckMode(long? mode, YamlPlace place)
    {
        if (mode is < 0 or > 0xFFF)
        {
            Error(Child(place, "mode"), "illegal file mode");
        }
    }

    private void CheckDirectory(Ign2Directory directory, YamlPlace place)
    {
        CheckNode(directory, place);
        CheckMode(directory.Mode, place);
    }

    private void CheckFile(Ign2File file, YamlPlace place)
    {
        if (file.Overwrite == true && file.Append)
        {
            Error(place, "cannot set both append and overwrite to true");
            return;
        }
        CheckNode(file, place);
        var contents = Child(place, "contents");
        if (file.Compression is not ("" or "gzip"))
        {
            Error(Child(contents, "compression"), "invalid compression method");
        }
        if (CheckUrl(file.Source) is { } error)
        {
            Error(Child(contents, "source"), isNew ? error : $"invalid url {ByteText.Quote(file.Source)}: {error}");
        }
        CheckHash(file.Hash, Child(contents, "verification"));
        CheckMode(file.Mode, place);
    }

    private void CheckLink(Ign2Link link, YamlPlace place)
    {
        var isRelative = !link.Hard && !IsAbsolute(link.Target);
        if (isRelative && !isNew)
        {
            Error(place, $"problem with target path {ByteText.Quote(link.Target)}: {NotAbsolute}");
            return;
        }
        CheckNode(link, place);
        if (isRelative)
        {
            Error(Child(place, "target"), NotAbsolute);
        }
    }

    private void CheckDisk(Ign2Disk disk, YamlPlace place)
    {
        if (!IsAbsolute(disk.Device))
        {
            Error(Child(place, "device"), disk.Device.Length == 0 ? "disk device is required" : NotAbsolute);
        }
        var partitions = Child(place, "partitions");
        var prefix = isNew ? "" : $"disk {ByteText.Quote(disk.Device)}: ";
        if (disk.Partitions.Where(partition => partition.Number != 0).GroupBy(partition => partition.Number).Any(group => group.Count() > 1))
        {
            Error(partitions, prefix + "partition numbers collide");
        }
        if (Overlap(disk.Partitions))
        {
            Error(partitions, prefix + "partitions overlap");
        }
        if (disk.Partitions.Exists(partition => partition.Start % 2048 != 0))
        {
            Error(partitions, prefix + "partitions misaligned");
        }
        for (var index = 0; index < disk.Partitions.Count; index++)
        {
            CheckPartition(disk.Partitions[index], partitions.Item(index));
        }
    }

    /// <summary>A partition that starts at zero is placed by the guest, and two equal entries are taken for one.</summary>
    private static bool Overlap(List<Ign2Partition> partitions)
    {
        var placed = partitions.FindAll(partition => partition.Start != 0);
        return placed.Exists(one => placed.Exists(other => one != other && one.Start <= other.End && other.Start <= one.End));
    }

    private void CheckPartition(Ign2Partition partition, YamlPlace place)
    {
        if (partition.Guid.Length > 0 && !GptGuid.IsValid(partition.Guid))
        {
            Error(Child(place, "guid"), GptGuid.FormMessage);
        }
        var label = Child(place, "label");
        if (ByteText.Length(partition.Label) > 36)
        {
            Error(label, "partition labels may not exceed 36 characters");
        }
        if (isNew && partition.Label.Contains(':', StringComparison.Ordinal))
        {
            Warn(label, "partition label will be truncated to text before the colon");
        }
        if (partition.TypeGuid.Length > 0 && !GptGuid.IsValid(partition.TypeGuid))
        {
            Error(Child(place, "typeGuid"), GptGuid.FormMessage);
        }
    }

    private void CheckFilesystem(Ign2Filesystem filesystem, YamlPlace place)
    {
        var errors = 0;
        if (filesystem.Mount is null && filesystem.Path is null)
        {
            Refuse("filesystem is missing mount or path");
        }
        if (filesystem.Mount is { } mount)
        {
            if (filesystem.Path is not null)
            {
                Refuse("filesystem has both mount and path defined");
            }
            if (mount.Create is not null)
            {
                if (mount.WipeFilesystem)
                {
                    Refuse("cannot use both create object and wipeFilesystem field");
                }
                if (mount.Options.Count > 0)
                {
                    Refuse("cannot use both create object and mount-level options field");
                }
                Warn(place, "the create object has been deprecated in favor of mount-level options");
            }
        }
        if (errors > 0)
        {
            return;
        }
        if (filesystem.Mount is not null)
        {
            CheckMount(filesystem.Mount, Child(place, "mount"));
        }
        if (filesystem.Path is not null && !IsAbsolute(filesystem.Path))
        {
            Error(Child(place, "path"), isNew ? NotAbsolute : $"filesystem {ByteText.Quote(filesystem.Name)}: {NotAbsolute}");
        }

        void Refuse(string message)
        {
            Error(place, message);
            errors++;
        }
    }

    private void CheckMount(Ign2Mount mount, YamlPlace place)
    {
        if (mount.Format is not ("ext4" or "btrfs" or "xfs" or "swap" or "vfat"))
        {
            Error(place, "invalid filesystem format");
            return;
        }
        if (!IsAbsolute(mount.Device))
        {
            Error(Child(place, "device"), NotAbsolute);
        }
        if (mount.Label is not null && FileSystemLabel.Validate(mount.Format, mount.Label) is { } error)
        {
            Error(Child(place, "label"), error);
        }
    }

    private void CheckRaid(Ign2Raid raid, YamlPlace place)
    {
        var devices = Child(place, "devices");
        foreach (var device in raid.Devices.Where(device => !IsAbsolute(device)))
        {
            Error(
                devices,
                isNew ? NotAbsolute : $"array {ByteText.Quote(raid.Name)}: device path not absolute: {ByteText.Quote(device)}");
        }
        var level = Child(place, "level");
        switch (raid.Level)
        {
            case "linear" or "raid0" or "0" or "stripe":
                if (raid.Spares != 0)
                {
                    Error(level, isNew
                        ? "spares unsupported for arrays with a level greater than 0"
                        : $"spares unsupported for {ByteText.Quote(raid.Level)} arrays");
                }
                break;
            case "raid1" or "1" or "mirror" or "raid4" or "4" or "raid5" or "5" or "raid6" or "6" or "raid10" or "10":
                break;
            default:
                Error(level, isNew ? "unrecognized raid level" : $"unrecognized raid level: {ByteText.Quote(raid.Level)}");
                break;
        }
    }
}
