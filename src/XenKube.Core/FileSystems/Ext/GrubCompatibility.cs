using XenKube.FileSystems.Ext.Structures;

namespace XenKube.FileSystems.Ext;

/// <summary>
/// Which features of a file system keep a guest's boot loader from reading it. GRUB skips a partition it cannot read
/// without a word, so the guest would boot without the config URL written there.
/// </summary>
/// <param name="Grub">Features that GRUB 2.06 cannot read, by name.</param>
/// <param name="CoreOSGrub">Features that CoreOS's own, older GRUB cannot read, by name.</param>
public sealed record GrubCompatibility(IReadOnlyList<string> Grub, IReadOnlyList<string> CoreOSGrub)
{
    // grub-core/fs/ext2.c, EXT2_DRIVER_SUPPORTED_INCOMPAT and EXT2_DRIVER_IGNORED_INCOMPAT. The journal is ignored:
    // GRUB sees an edit once it is in place.
    private const IncompatibleFeatures ReadByCoreOS = IncompatibleFeatures.FileType | IncompatibleFeatures.Extents
        | IncompatibleFeatures.FlexibleGroups | IncompatibleFeatures.SixtyFourBit | IncompatibleFeatures.Recover;

    private const IncompatibleFeatures ReadByGrub = ReadByCoreOS | IncompatibleFeatures.MetaBlockGroups
        | IncompatibleFeatures.MultiMountProtection | IncompatibleFeatures.Encrypt | IncompatibleFeatures.ChecksumSeed;

    /// <summary>True where both read it.</summary>
    public bool IsReadable => Grub.Count == 0 && CoreOSGrub.Count == 0;

    internal static GrubCompatibility Of(ExtSuperblock superblock)
    {
        // A cluster is not a block to GRUB, though bigalloc is listed as a feature that only forbids writing.
        string[] clusters = superblock.Is(ReadOnlyFeatures.BigAllocation) ? ["bigalloc"] : [];
        return new GrubCompatibility(
            [.. FeatureNames.Of(superblock.Incompatible & ~ReadByGrub), .. clusters],
            [.. FeatureNames.Of(superblock.Incompatible & ~ReadByCoreOS), .. clusters]);
    }

    /// <inheritdoc/>
    public override string ToString() => IsReadable ? "readable" : string.Join(", ", Grub.Union(CoreOSGrub));
}
