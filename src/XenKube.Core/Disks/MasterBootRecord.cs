using System.Buffers.Binary;

namespace XenKube.Disks;

/// <summary>
/// The first sector of a disk. On a GPT disk it is protective (one entry of type 0xEE over the disk) or hybrid (more
/// entries beside that one, as Container Linux' cgpt writes it for boot loaders that know no GPT).
/// </summary>
internal readonly record struct MasterBootRecord(MasterBootRecordKind Kind, bool BootFlag, long ProtectedSectors)
{
    private const byte ProtectiveType = 0xEE;

    public static MasterBootRecord Read(ReadOnlySpan<byte> sector)
    {
        if (sector[0x1FE] != 0x55 || sector[0x1FF] != 0xAA)
        {
            return default;
        }
        var used = 0;
        var isProtective = false;
        var protectedSectors = 0L;
        for (var i = 0; i < 4; i++)
        {
            var entry = sector.Slice(0x1BE + 16 * i, 16);
            if (entry[4] == 0)
            {
                continue;
            }
            used++;
            if (entry[4] == ProtectiveType)
            {
                isProtective = true;
                protectedSectors = Math.Max(protectedSectors, (long)BinaryPrimitives.ReadUInt32LittleEndian(entry[8..])
                    + BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]));
            }
        }
        var kind = (isProtective, used) switch
        {
            (true, 1) => MasterBootRecordKind.Protective,
            (true, _) => MasterBootRecordKind.Hybrid,
            (false, > 0) => MasterBootRecordKind.Partitions,
            _ => MasterBootRecordKind.None,
        };
        // parted calls it pmbr_boot, and looks at the first entry alone.
        return new MasterBootRecord(kind, isProtective && sector[0x1BE] == 0x80, protectedSectors);
    }
}
