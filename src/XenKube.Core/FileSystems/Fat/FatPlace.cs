namespace XenKube.FileSystems.Fat;

/// <summary>Where the slots of a new entry go.</summary>
/// <param name="FirstSlot">Index of the first slot; slots from the directory's end on are in clusters still to be linked.</param>
/// <param name="Count">How many slots.</param>
/// <param name="NewClusters">By how many clusters the directory has to grow.</param>
/// <param name="AtEnd">True where they lie at the directory's end mark, which hides them until the first of them is written.</param>
internal readonly record struct FatPlace(int FirstSlot, int Count, int NewClusters, bool AtEnd)
{
    public int LastSlot => FirstSlot + Count - 1;
}
