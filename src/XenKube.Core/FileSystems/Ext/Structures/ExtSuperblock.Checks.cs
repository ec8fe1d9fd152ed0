using System.Numerics;

namespace XenKube.FileSystems.Ext.Structures;

/// <summary>The superblocks that are refused.</summary>
internal sealed partial class ExtSuperblock
{
    private void CheckFeatures()
    {
        var unknown = Incompatible & ~IncompatibleFeatures.Readable;
        if (unknown != 0)
        {
            var name = string.Join(", ", FeatureNames.Of(unknown));
            throw new UnsupportedFeatureException(null, "superblock", name, unknown == IncompatibleFeatures.JournalDevice
                ? "this is an external journal, not a file system" : "Mount the image with a kernel that knows it");
        }
    }

    private void CheckGeometry(long deviceLength)
    {
        if (Revision > 1)
        {
            throw Broken($"revision {Revision} is not known");
        }
        if (BlockShift > LargestBlockShift)
        {
            throw Broken($"block size 2^{BlockShift + 10L} is too large");
        }
        // A bitmap is one block. Numbers above 2^31 are negative here.
        var bits = BlockSize * 8;
        if (Is(ReadOnlyFeatures.BigAllocation)
            && (ClusterShift < BlockShift || ClusterShift > LargestClusterShift || ClustersPerGroup <= 0 || ClustersPerGroup > bits))
        {
            throw Broken("the cluster geometry is impossible");
        }
        if (BlocksPerGroup < SmallestGroup || BlocksPerGroup > (long)bits * ClusterRatio || BlocksPerGroup % ClusterRatio != 0
            || (long)ClustersPerGroup * ClusterRatio != BlocksPerGroup)
        {
            throw Broken($"{(uint)BlocksPerGroup} blocks in a group are impossible");
        }
        if (InodesPerGroup <= 0 || InodesPerGroup > bits)
        {
            throw Broken($"{(uint)InodesPerGroup} inodes in a group are impossible");
        }
        if (InodeSize < OldInodeSize || InodeSize > BlockSize || !BitOperations.IsPow2(InodeSize))
        {
            throw Broken($"inode size {InodeSize} is impossible");
        }
        if (Is(IncompatibleFeatures.SixtyFourBit) && (DescriptorSize < 64 || DescriptorSize > 1024
            || !BitOperations.IsPow2(DescriptorSize)))
        {
            throw Broken($"group descriptor size {DescriptorSize} is impossible");
        }
        if (FirstDataBlock > 1 || (FirstDataBlock == 1 && BlockSize != 1024))
        {
            throw Broken($"first data block {FirstDataBlock} is impossible");
        }
        if (BlockCount <= FirstDataBlock || BlockCount > deviceLength / BlockSize)
        {
            throw Broken($"its {BlockCount} blocks of {BlockSize} bytes do not fit on a device of {deviceLength} bytes");
        }
        if ((long)GroupCount * InodesPerGroup != InodeCount)
        {
            throw Broken($"{InodeCount} inodes are not {GroupCount} groups of {InodesPerGroup}");
        }
    }

    private static CorruptImageException Broken(string reason) => CorruptImageException.At("superblock", Offset, reason);
}
