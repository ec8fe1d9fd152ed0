namespace XenKube.Ignition.Generation2;

/// <summary>A partition; sizes in sectors of 512 bytes.</summary>
internal sealed record Ign2Partition(string Guid, string Label, long Number, long Size, long Start, string TypeGuid)
{
    /// <summary>The last sector; a size of zero fills what is free, and counts as one sector here.</summary>
    public long End => Size == 0 ? Start : Start + Size - 1;
}
