namespace XenKube.FileSystems.Btrfs;

/// <summary>An item of a tree.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Data">Its data.</param>
internal readonly record struct BtrfsItem(BtrfsKey Key, ReadOnlyMemory<byte> Data);
