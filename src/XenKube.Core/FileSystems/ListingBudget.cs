using XenKube.Devices;

namespace XenKube.FileSystems;

/// <summary>Counts what the listing of one directory takes in memory, and ends a listing that takes too much.</summary>
/// <param name="file">The image, for the error.</param>
/// <param name="path">The directory, for the error.</param>
internal sealed class ListingBudget(string? file, string path)
{
    private long _left = ImageLimits.ListingBytes;

    /// <summary>Counts an entry.</summary>
    /// <param name="name">Length of its path.</param>
    public void AddEntry(int name) => Take(ImageLimits.ListingEntryBytes + (long)name * sizeof(char));

    /// <summary>Counts a text that an entry has as well, such as the target of a link.</summary>
    /// <param name="length">Its length.</param>
    public void AddText(int length) => Take((long)length * sizeof(char));

    private void Take(long bytes)
    {
        _left -= bytes;
        if (_left < 0)
        {
            throw ImageLimits.Exceeded(file, path,
                $"the names in this directory take more than {ImageLimits.ListingBytes >> 20} MiB of memory");
        }
    }
}
