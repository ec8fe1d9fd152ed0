using System.Globalization;
using XenKube.Compression.Bzip2;

namespace XenKube.Images;

/// <summary>Says before a long work that its result will not fit.</summary>
internal static class FreeSpace
{
    // Real files seldom shrink to less than this; where there is so much room, nobody needs a better estimate.
    private const int AmpleRatio = 16;

    /// <summary>Throws if data that many times does not fit beside a file.</summary>
    /// <param name="files">The files to be made, whose blocks are their own.</param>
    /// <param name="ample">A number of bytes that is certainly enough for each.</param>
    /// <param name="estimate">Finds a better number, at some cost.</param>
    /// <exception cref="OperationFailedException">It does not fit.</exception>
    public static void Check(IReadOnlyList<NewFile> files, long ample, Func<long> estimate)
    {
        foreach (var group in files.GroupBy(file => file.Device))
        {
            var directory = Path.GetDirectoryName(Path.GetFullPath(group.First().Path))!;
            long free;
            try
            {
                free = new DriveInfo(directory).AvailableFreeSpace;
            }
            catch (IOException)
            {
                continue;
            }
            var count = group.Count();
            if (free >= ample * count)
            {
                continue;
            }
            var needed = estimate() * count;
            if (needed > free)
            {
                throw new OperationFailedException(
                    ErrorIds.DiskFull,
                    directory,
                    null,
                    string.Create(CultureInfo.InvariantCulture,
                        $"{count} disks need about {needed:N0} bytes, and {free:N0} are free: {needed - free:N0} are missing"),
                    "Make room, or use Force to try");
            }
        }
    }

    /// <summary>As <see cref="Check(IReadOnlyList{NewFile}, long, Func{long})"/>, for a compressed image.</summary>
    public static void CheckCompressed(IReadOnlyList<NewFile> files, Stream image, CancellationToken cancellationToken) =>
        Check(files, image.Length * AmpleRatio, () =>
        {
            var size = BlockCensus.Estimate(image, cancellationToken);
            image.Position = 0;
            return size;
        });
}
