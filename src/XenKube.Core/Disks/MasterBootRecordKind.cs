namespace XenKube.Disks;

/// <summary>What the first sector of a disk says about its partition table.</summary>
public enum MasterBootRecordKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>One entry that covers the disk, so that old programs leave it alone.</summary>
    Protective,

    /// <summary>An entry of the GPT is repeated beside the protective one, for boot loaders that know no GPT.</summary>
    Hybrid,

    /// <summary>A partition table of its own, with no word of a GPT.</summary>
    Partitions,
}
