namespace XenKube.Ignition.Generation2;

/// <summary>
/// Writes a config of generation 2 as the reference tools do: keys in the order of Ignition's schema, empty values left out,
/// the empty objects that its structures always have kept.
/// </summary>
internal sealed class Ign2JsonWriter(bool isNew, bool pretty)
{
    private readonly IgnitionJsonWriter json = new(pretty);

    public byte[] Write(Ign2Config config)
    {
        json.StartObject();
        WriteIgnition(config.Ignition);
        json.Name("networkd");
        json.StartObject();
        WriteList("units", config.NetworkdUnits, WriteNetworkdUnit);
        json.EndObject();
        json.Name("passwd");
        json.StartObject();
        WriteList("groups", config.Passwd.Groups, WriteGroup);
        WriteList("users", config.Passwd.Users, WriteUser);
        json.EndObject();
        json.Name("storage");
        json.StartObject();
        WriteList("directories", config.Storage.Directories, WriteDirectory);
        WriteList("disks", config.Storage.Disks, WriteDisk);
        WriteList("files", config.Storage.Files, WriteFile);
        WriteList("filesystems", config.Storage.Filesystems, WriteFilesystem);
        WriteList("links", config.Storage.Links, WriteLink);
        WriteList("raid", config.Storage.Raid, WriteRaid);
        json.EndObject();
        json.Name("systemd");
        json.StartObject();
        WriteList("units", config.Units, WriteUnit);
        json.EndObject();
        json.EndObject();
        return pretty ? [.. json.WrittenMemory.Span, (byte)'\n'] : json.ToArray();
    }

    private void WriteList<T>(string name, List<T> items, Action<T> writeMembers)
    {
        if (items.Count == 0)
        {
            return;
        }
        json.Name(name);
        json.StartArray();
        foreach (var item in items)
        {
            json.StartObject();
            writeMembers(item);
            json.EndObject();
        }
        json.EndArray();
    }

    private void WriteIgnition(Ign2Ignition ignition)
    {
        json.Name("ignition");
        json.StartObject();
        json.Name("config");
        json.StartObject();
        WriteList("append", ignition.Append, WriteReference);
        if (ignition.Replace is { } replace)
        {
            json.Name("replace");
            json.StartObject();
            WriteReference(replace);
            json.EndObject();
        }
        json.EndObject();
        if (isNew)
        {
            json.Name("security");
            json.StartObject();
            json.Name("tls");
            json.StartObject();
            WriteList("certificateAuthorities", ignition.CertificateAuthorities, WriteReference);
            json.EndObject();
            json.EndObject();
        }
        json.Name("timeouts");
        json.StartObject();
        json.OptionalMember("httpResponseHeaders", ignition.HttpResponseHeaders);
        json.OptionalMember("httpTotal", ignition.HttpTotal);
        json.EndObject();
        json.NonEmptyMember("version", ignition.Version);
        json.EndObject();
    }

    private void WriteReference(Ign2Reference reference)
    {
        json.NonEmptyMember("source", reference.Source);
        WriteVerification(reference.Hash);
    }

    private void WriteVerification(string? hash)
    {
        json.Name("verification");
        json.StartObject();
        json.OptionalMember("hash", hash);
        json.EndObject();
    }

    private void WriteGroup(Ign2Group group)
    {
        json.OptionalMember("gid", group.Gid);
        json.NonEmptyMember("name", group.Name);
        json.NonEmptyMember("passwordHash", group.PasswordHash);
        json.NonEmptyMember("system", group.System);
    }

    private void WriteUser(Ign2User user)
    {
        if (user.Create is { } create)
        {
            json.Name("create");
            json.StartObject();
            json.NonEmptyMember("gecos", create.Gecos);
            json.NonEmptyMember("groups", create.Groups);
            json.NonEmptyMember("homeDir", create.HomeDir);
            json.NonEmptyMember("noCreateHome", create.NoCreateHome);
            json.NonEmptyMember("noLogInit", create.NoLogInit);
            json.NonEmptyMember("noUserGroup", create.NoUserGroup);
            json.NonEmptyMember("primaryGroup", create.PrimaryGroup);
            json.NonEmptyMember("shell", create.Shell);
            json.NonEmptyMember("system", create.System);
            json.OptionalMember("uid", create.Uid);
            json.EndObject();
        }
        json.NonEmptyMember("gecos", user.Gecos);
        json.NonEmptyMember("groups", user.Groups);
        json.NonEmptyMember("homeDir", user.HomeDir);
        json.NonEmptyMember("name", user.Name);
        json.NonEmptyMember("noCreateHome", user.NoCreateHome);
        json.NonEmptyMember("noLogInit", user.NoLogInit);
        json.NonEmptyMember("noUserGroup", user.NoUserGroup);
        json.OptionalMember("passwordHash", user.PasswordHash);
        json.NonEmptyMember("primaryGroup", user.PrimaryGroup);
        json.NonEmptyMember("sshAuthorizedKeys", user.SshAuthorizedKeys);
        json.NonEmptyMember("shell", user.Shell);
        json.NonEmptyMember("system", user.System);
        json.OptionalMember("uid", user.Uid);
    }

    private void WriteNode(Ign2Node node)
    {
        json.NonEmptyMember("filesystem", node.Filesystem);
        WriteOwner("group", node.Group);
        json.OptionalMember("overwrite", node.Overwrite);
        json.NonEmptyMember("path", node.Path);
        WriteOwner("user", node.User);
    }

    private void WriteOwner(string name, Ign2Owner? owner)
    {
        if (owner is null)
        {
            return;
        }
        json.Name(name);
        json.StartObject();
        json.OptionalMember("id", owner.Id);
        json.NonEmptyMember("name", owner.Name);
        json.EndObject();
    }

    private void WriteMode(long? mode)
    {
        if (isNew)
        {
            json.OptionalMember("mode", mode);
        }
        else
        {
            json.NonEmptyMember("mode", mode ?? 0);
        }
    }

    private void WriteDirectory(Ign2Directory directory)
    {
        WriteNode(directory);
        WriteMode(directory.Mode);
    }

    private void WriteFile(Ign2File file)
    {
        WriteNode(file);
        json.NonEmptyMember("append", file.Append);
        json.Name("contents");
        json.StartObject();
        json.NonEmptyMember("compression", file.Compression);
        json.NonEmptyMember("source", file.Source);
        WriteVerification(file.Hash);
        json.EndObject();
        WriteMode(file.Mode);
    }

    private void WriteLink(Ign2Link link)
    {
        WriteNode(link);
        json.NonEmptyMember("hard", link.Hard);
        json.NonEmptyMember("target", link.Target);
    }

    private void WriteDisk(Ign2Disk disk)
    {
        json.NonEmptyMember("device", disk.Device);
        WriteList("partitions", disk.Partitions, WritePartition);
        json.NonEmptyMember("wipeTable", disk.WipeTable);
    }

    private void WritePartition(Ign2Partition partition)
    {
        json.NonEmptyMember("guid", partition.Guid);
        json.NonEmptyMember("label", partition.Label);
        json.NonEmptyMember("number", partition.Number);
        json.NonEmptyMember("size", partition.Size);
        json.NonEmptyMember("start", partition.Start);
        json.NonEmptyMember("typeGuid", partition.TypeGuid);
    }

    private void WriteFilesystem(Ign2Filesystem filesystem)
    {
        if (filesystem.Mount is { } mount)
        {
            json.Name("mount");
            json.StartObject();
            if (mount.Create is { } create)
            {
                json.Name("create");
                json.StartObject();
                json.NonEmptyMember("force", create.Force);
                json.NonEmptyMember("options", create.Options);
                json.EndObject();
            }
            json.NonEmptyMember("device", mount.Device);
            json.NonEmptyMember("format", mount.Format);
            json.OptionalMember("label", mount.Label);
            json.NonEmptyMember("options", mount.Options);
            json.OptionalMember("uuid", mount.Uuid);
            json.NonEmptyMember("wipeFilesystem", mount.WipeFilesystem);
            json.EndObject();
        }
        json.NonEmptyMember("name", filesystem.Name);
        json.OptionalMember("path", filesystem.Path);
    }

    private void WriteRaid(Ign2Raid raid)
    {
        json.NonEmptyMember("devices", raid.Devices);
        json.NonEmptyMember("level", raid.Level);
        json.NonEmptyMember("name", raid.Name);
        json.NonEmptyMember("options", raid.Options);
        json.NonEmptyMember("spares", raid.Spares);
    }

    private void WriteUnit(Ign2Unit unit)
    {
        json.NonEmptyMember("contents", unit.Contents);
        WriteList("dropins", unit.Dropins, WriteDropin);
        json.NonEmptyMember("enable", unit.Enable);
        json.OptionalMember("enabled", unit.Enabled);
        json.NonEmptyMember("mask", unit.Mask);
        json.NonEmptyMember("name", unit.Name);
    }

    private void WriteNetworkdUnit(Ign2NetworkdUnit unit)
    {
        json.NonEmptyMember("contents", unit.Contents);
        WriteList("dropins", unit.Dropins, WriteDropin);
        json.NonEmptyMember("name", unit.Name);
    }

    private void WriteDropin(Ign2Dropin dropin)
    {
        json.NonEmptyMember("contents", dropin.Contents);
        json.NonEmptyMember("name", dropin.Name);
    }
}
