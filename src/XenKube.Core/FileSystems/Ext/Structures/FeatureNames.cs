using System.Globalization;
using System.Numerics;

namespace XenKube.FileSystems.Ext.Structures;

/// <summary>The names that mke2fs and dumpe2fs give the features, so that an error says what the manual says.</summary>
internal static class FeatureNames
{
    public static IEnumerable<string> Of(CompatibleFeatures features) =>
        Split((uint)features, "FEATURE_C", bit => (CompatibleFeatures)bit switch
    {
        (CompatibleFeatures)0x1 => "dir_prealloc",
        (CompatibleFeatures)0x2 => "imagic_inodes",
        CompatibleFeatures.HasJournal => "has_journal",
        CompatibleFeatures.ExtendedAttributes => "ext_attr",
        CompatibleFeatures.ResizeInode => "resize_inode",
        CompatibleFeatures.DirectoryIndex => "dir_index",
        CompatibleFeatures.SparseSuper2 => "sparse_super2",
        CompatibleFeatures.FastCommit => "fast_commit",
        CompatibleFeatures.StableInodes => "stable_inodes",
        CompatibleFeatures.OrphanFile => "orphan_file",
        _ => null,
    });

    public static IEnumerable<string> Of(IncompatibleFeatures features) =>
        Split((uint)features, "FEATURE_I", bit => (IncompatibleFeatures)bit switch
    {
        IncompatibleFeatures.Compression => "compression",
        IncompatibleFeatures.FileType => "filetype",
        IncompatibleFeatures.Recover => "needs_recovery",
        IncompatibleFeatures.JournalDevice => "journal_dev",
        IncompatibleFeatures.MetaBlockGroups => "meta_bg",
        IncompatibleFeatures.Extents => "extent",
        IncompatibleFeatures.SixtyFourBit => "64bit",
        IncompatibleFeatures.MultiMountProtection => "mmp",
        IncompatibleFeatures.FlexibleGroups => "flex_bg",
        IncompatibleFeatures.LargeAttributes => "ea_inode",
        IncompatibleFeatures.DirectoryData => "dirdata",
        IncompatibleFeatures.ChecksumSeed => "metadata_csum_seed",
        IncompatibleFeatures.LargeDirectory => "large_dir",
        IncompatibleFeatures.InlineData => "inline_data",
        IncompatibleFeatures.Encrypt => "encrypt",
        IncompatibleFeatures.CaseFold => "casefold",
        _ => null,
    });

    public static IEnumerable<string> Of(ReadOnlyFeatures features) =>
        Split((uint)features, "FEATURE_R", bit => (ReadOnlyFeatures)bit switch
    {
        ReadOnlyFeatures.SparseSuper => "sparse_super",
        ReadOnlyFeatures.LargeFile => "large_file",
        ReadOnlyFeatures.HugeFile => "huge_file",
        ReadOnlyFeatures.GroupChecksums => "uninit_bg",
        ReadOnlyFeatures.DirectoryLinks => "dir_nlink",
        ReadOnlyFeatures.ExtraInodeSize => "extra_isize",
        ReadOnlyFeatures.Snapshot => "snapshot",
        ReadOnlyFeatures.Quota => "quota",
        ReadOnlyFeatures.BigAllocation => "bigalloc",
        ReadOnlyFeatures.MetadataChecksums => "metadata_csum",
        ReadOnlyFeatures.Replica => "replica",
        ReadOnlyFeatures.ReadOnly => "read-only",
        ReadOnlyFeatures.Project => "project",
        ReadOnlyFeatures.SharedBlocks => "shared_blocks",
        ReadOnlyFeatures.Verity => "verity",
        ReadOnlyFeatures.OrphanPresent => "orphan_present",
        _ => null,
    });

    private static IEnumerable<string> Split(uint features, string unknown, Func<uint, string?> name)
    {
        for (var rest = features; rest != 0; rest &= rest - 1)
        {
            var bit = BitOperations.TrailingZeroCount(rest);
            yield return name(1u << bit) ?? unknown + bit.ToString(CultureInfo.InvariantCulture);
        }
    }
}
