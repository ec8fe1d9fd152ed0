namespace XenKube.FileSystems.Ext.Mapping;

/// <summary>Consecutive blocks of a file that lie consecutively on the device, or a hole.</summary>
/// <param name="Logical">First block within the file.</param>
/// <param name="Physical">First block on the device; 0 for a hole.</param>
/// <param name="Count">How many blocks.</param>
/// <param name="Unwritten">Allocated but never written: reads as zeros.</param>
internal readonly record struct BlockRun(long Logical, long Physical, long Count, bool Unwritten = false)
{
    public bool IsHole => Physical == 0;

    /// <summary>The first logical block after the run.</summary>
    public long End => Logical + Count;
}
