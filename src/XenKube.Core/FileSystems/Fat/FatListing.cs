namespace XenKube.FileSystems.Fat;

/// <summary>
/// Lists a directory. Each directory is listed as a directory in one place only, so that a walk through the
/// listings comes to an end: not where it was given a second name, and not where its own <c>..</c> leads elsewhere.
/// </summary>
internal sealed class FatListing(FatVolume volume)
{
    /// <summary>Describes all entries of a directory, in the order of their names.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="path">Its path.</param>
    public List<FileSystemEntry> Read(FatDirectory directory, string path)
    {
        var prefix = path.TrimEnd('/') + "/";
        var budget = new ListingBudget(volume.Device.Name, path);
        var seen = new HashSet<uint>();
        var entries = new List<FileSystemEntry>();
        foreach (var entry in directory.Entries)
        {
            budget.AddEntry(prefix.Length + entry.Name.Length);
            var described = entry.ToEntry(prefix + entry.Name);
            entries.Add(entry.IsDirectory && volume.Boot.IsCluster(entry.Cluster) && Damage(entry.Cluster, directory, seen) is { } damage
                ? described with { Kind = FileSystemEntryKind.Special, Damage = damage } : described);
        }
        entries.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return entries;
    }

    private string? Damage(uint cluster, FatDirectory directory, HashSet<uint> seen)
    {
        if (!seen.Add(cluster))
        {
            return "it is a directory that has another name in the same directory";
        }
        Span<byte> slots = stackalloc byte[2 * FatSlot.Size];
        volume.Device.Read(volume.Boot.ClusterOffset(cluster), slots);
        var dots = slots[FatSlot.Size..];
        if (!dots.StartsWith("..         "u8))
        {
            return "it is a directory without an entry '..'";
        }
        var parent = FatSlot.GetCluster(dots, volume.Boot.Bits);
        var isRight = volume.IsRoot(directory) ? parent == 0 || parent == directory.FirstCluster : parent == directory.FirstCluster;
        return isRight ? null : $"it is a directory whose '..' leads to cluster {parent}, not to the directory that it is in";
    }
}
