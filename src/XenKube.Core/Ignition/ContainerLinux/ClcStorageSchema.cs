using XenKube.Ignition.ContainerLinux.Decoding;
using XenKube.Ignition.ContainerLinux.Model;
using static XenKube.Ignition.ContainerLinux.Decoding.ClcFields;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>The keys of the section <c>storage</c>.</summary>
internal static class ClcStorageSchema
{
    public static ClcShape<ClcStorage> Create(bool isNew) => new(
        "types.Storage",
        Objects<ClcStorage, ClcDisk>("disks", Disk(), static o => ref o.Disks),
        Objects<ClcStorage, ClcRaid>("raid", Raid(isNew), static o => ref o.Raid),
        Objects<ClcStorage, ClcFilesystem>("filesystems", Filesystem(), static o => ref o.Filesystems),
        Objects<ClcStorage, ClcFile>("files", File(isNew), static o => ref o.Files),
        Objects<ClcStorage, ClcDirectory>("directories", Directory(isNew), static o => ref o.Directories),
        Objects<ClcStorage, ClcLink>("links", Link(isNew), static o => ref o.Links));

    public static ClcShape<ClcVerification> Verification() => new(
        "types.Verification",
        Object<ClcVerification, ClcHash>(
            "hash",
            new ClcShape<ClcHash>(
                "types.Hash", Text<ClcHash>("function", static o => ref o.Function), Text<ClcHash>("sum", static o => ref o.Sum)),
            static o => ref o.Hash!));

    private static ClcShape<ClcDisk> Disk() => new(
        "types.Disk",
        Text<ClcDisk>("device", static o => ref o.Device),
        Flag<ClcDisk>("wipe_table", static o => ref o.WipeTable),
        Objects<ClcDisk, ClcPartition>(
            "partitions",
            new ClcShape<ClcPartition>(
                "types.Partition",
                Text<ClcPartition>("label", static o => ref o.Label),
                Number<ClcPartition>("number", static o => ref o.Number),
                Text<ClcPartition>("size", static o => ref o.Size),
                Text<ClcPartition>("start", static o => ref o.Start),
                Text<ClcPartition>("guid", static o => ref o.Guid),
                Text<ClcPartition>("type_guid", static o => ref o.TypeGuid)),
            static o => ref o.Partitions));

    private static ClcShape<ClcRaid> Raid(bool isNew)
    {
        ClcField<ClcRaid>[] fields =
        [
            Text<ClcRaid>("name", static o => ref o.Name),
            Text<ClcRaid>("level", static o => ref o.Level),
            Texts<ClcRaid>("devices", static o => ref o.Devices),
            Number<ClcRaid>("spares", static o => ref o.Spares),
        ];
        return new ClcShape<ClcRaid>("types.Raid", isNew ? [.. fields, Texts<ClcRaid>("options", static o => ref o.Options)] : fields);
    }

    private static ClcShape<ClcFilesystem> Filesystem() => new(
        "types.Filesystem",
        Text<ClcFilesystem>("name", static o => ref o.Name),
        OptionalObject<ClcFilesystem, ClcMount>("mount", Mount(), static o => ref o.Mount),
        OptionalText<ClcFilesystem>("path", static o => ref o.Path));

    private static ClcShape<ClcMount> Mount() => new(
        "types.Mount",
        Text<ClcMount>("device", static o => ref o.Device),
        Text<ClcMount>("format", static o => ref o.Format),
        OptionalObject<ClcMount, ClcCreate>(
            "create",
            new ClcShape<ClcCreate>(
                "types.Create", Flag<ClcCreate>("force", static o => ref o.Force), Texts<ClcCreate>("options", static o => ref o.Options)),
            static o => ref o.Create),
        Flag<ClcMount>("wipe_filesystem", static o => ref o.WipeFilesystem),
        OptionalText<ClcMount>("label", static o => ref o.Label),
        OptionalText<ClcMount>("uuid", static o => ref o.Uuid),
        Texts<ClcMount>("options", static o => ref o.Options));

    private static ClcShape<ClcFile> File(bool isNew)
    {
        ClcField<ClcFile>[] fields =
        [
            .. Node<ClcFile>(isNew),
            Mode<ClcFile>(static o => ref o.Mode, isNew, "mode unspecified for file, defaulting to 0644"),
            Object<ClcFile, ClcFileContents>("contents", Contents(isNew), static o => ref o.Contents!),
        ];
        return new ClcShape<ClcFile>(
            "types.File",
            isNew
                ? [.. fields, OptionalFlag<ClcFile>("overwrite", static o => ref o.Overwrite), Flag<ClcFile>("append", static o => ref o.Append)]
                : fields);
    }

    private static ClcShape<ClcDirectory> Directory(bool isNew)
    {
        ClcField<ClcDirectory>[] fields =
        [
            .. Node<ClcDirectory>(isNew),
            Mode<ClcDirectory>(static o => ref o.Mode, isNew, "mode unspecified for directory, defaulting to 0755"),
        ];
        return new ClcShape<ClcDirectory>(
            "types.Directory", isNew ? [.. fields, OptionalFlag<ClcDirectory>("overwrite", static o => ref o.Overwrite)] : fields);
    }

    private static ClcShape<ClcLink> Link(bool isNew)
    {
        ClcField<ClcLink>[] fields =
        [
            .. Node<ClcLink>(isNew),
            Flag<ClcLink>("hard", static o => ref o.Hard),
            Text<ClcLink>("target", static o => ref o.Target),
        ];
        return new ClcShape<ClcLink>(
            "types.Link", isNew ? [.. fields, OptionalFlag<ClcLink>("overwrite", static o => ref o.Overwrite)] : fields);
    }

    private static ClcField<T>[] Node<T>(bool isNew)
        where T : ClcNode =>
    [
        Text<T>("filesystem", static o => ref o.Filesystem),
        Text<T>("path", static o => ref o.Path),
        OptionalObject<T, ClcOwner>("user", Owner("types.FileUser"), static o => ref o.User, pointer: isNew),
        OptionalObject<T, ClcOwner>("group", Owner("types.FileGroup"), static o => ref o.Group, pointer: isNew),
    ];

    private static ClcField<T> Mode<T>(ClcSlot<T, long?> slot, bool isNew, string warning) => OptionalNumber<T>(
        "mode", slot, pointer: isNew, rule: isNew ? owner => slot(owner) is null ? ClcFinding.Warning(warning) : null : null);

    private static ClcShape<ClcOwner> Owner(string name) => new(
        name, OptionalNumber<ClcOwner>("id", static o => ref o.Id), Text<ClcOwner>("name", static o => ref o.Name));

    private static ClcShape<ClcFileContents> Contents(bool isNew)
    {
        ClcField<ClcFileContents>[] fields =
        [
            Object<ClcFileContents, ClcRemote>(
                "remote",
                new ClcShape<ClcRemote>(
                    "types.Remote",
                    Text<ClcRemote>("url", static o => ref o.Url),
                    Text<ClcRemote>("compression", static o => ref o.Compression),
                    Object<ClcRemote, ClcVerification>("verification", Verification(), static o => ref o.Verification!)),
                static o => ref o.Remote!),
            Text<ClcFileContents>("inline", static o => ref o.Inline),
        ];
        return isNew
            ? new ClcShape<ClcFileContents>("types.FileContents", [.. fields, Text<ClcFileContents>("local", static o => ref o.Local)])
            {
                Rule = static contents =>
                    (contents.Remote.Url.Length > 0 ? 1 : 0) + (contents.Inline.Length > 0 ? 1 : 0) + (contents.Local.Length > 0 ? 1 : 0) > 1
                        ? ClcFinding.Error("only one of the following can be set: local, inline, remote.url")
                        : null,
            }
            : new ClcShape<ClcFileContents>("types.FileContents", fields);
    }
}
