namespace XenKube.FileSystems.Fat;

/// <summary>Where the slots of a new entry go.</summary>
/// <param name="FirstSlot">Index of the first slot; slots from the directory's length on are in clusters still to be linked.</param>
/// <param name="Count">How many slots.</param>
/// <param name="NewClusters">By how many clusters the directory has to grow.</param>
internal readonly record struct FatPlace(int FirstSlot, int Count, int NewClusters)
{
    public int LastSlot => FirstSlot + Count - 1;
}
