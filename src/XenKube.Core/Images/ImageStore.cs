using System.Text.RegularExpressions;
using XenKube.Posix;

namespace XenKube.Images;

/// <summary>
/// The compressed images of XENDIR: files <c>NAME-VERSION.bin.bz2</c>, <c>NAME-VERSION.raw.xz</c> and their like, each with its signature
/// beside it.
/// </summary>
public sealed partial class ImageStore
{
    internal const string Suffix = ".bin.bz2";

    /// <summary>Opens a store.</summary>
    /// <param name="directory">The directory, <c>$XENDIR/images</c>; made by the first download.</param>
    public ImageStore(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        Directory = directory;
    }

    /// <summary>The directory.</summary>
    public string Directory { get; }

    /// <summary>The images, those of one name together, the newest of each first.</summary>
    /// <exception cref="OperationFailedException">The directory cannot be read.</exception>
    public IReadOnlyList<CoreOSImage> List()
    {
        try
        {
            if (!System.IO.Directory.Exists(Directory))
            {
                return [];
            }
            var images = System.IO.Directory.EnumerateFiles(Directory).Select(Read).OfType<CoreOSImage>().ToList();
            images.Sort((left, right) => left.Name == right.Name
                ? ReleaseVersion.Compare(right.Version, left.Version) : string.CompareOrdinal(left.Name, right.Name));
            return images;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.ImagesNotReadable, Directory, null, e.Message, innerException: e);
        }
    }

    /// <summary>Finds an image.</summary>
    /// <param name="version">The version, <c>1520.9.0</c>, or name and version, <c>coreos-1520.9.0</c>.</param>
    /// <returns>The image, CoreOS' own if several have that version; null if there is none.</returns>
    public CoreOSImage? Find(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        var matching = List().Where(image => image.Version == version || image.ToString() == version).ToList();
        return matching.Find(image => image.Name == "coreos") ?? matching.FirstOrDefault();
    }

    /// <summary>An image that has to be there.</summary>
    /// <param name="version">The version, or name and version.</param>
    /// <exception cref="ItemNotFoundException">It is not in the store.</exception>
    public CoreOSImage Get(string version) => Find(version)
        ?? throw new ItemNotFoundException(ErrorIds.ImageNotFound, Directory, null,
            $"there is no image '{Printable.Of(version)}' in the store", RemedyFor(version));

    // A text that is not a version cannot be downloaded.
    private static Remedy RemedyFor(string version)
    {
        if (!Version().IsMatch(version))
        {
            return $"See which there are: {RemedyActionKind.ListImages}";
        }
        return $"Download it with {new RemedyAction(RemedyActionKind.GetImage, version)}";
    }

    /// <summary>The path that an image of a release has in the store.</summary>
    internal string PathOf(string name, string version, string suffix = Suffix) => Path.Combine(Directory, $"{name}-{version}{suffix}");

    /// <summary>True for a path that can be that of an image in a store.</summary>
    internal static bool IsImageName(string path) => FileName().IsMatch(Path.GetFileName(path));

    internal static CoreOSImage? Read(string path)
    {
        var match = FileName().Match(Path.GetFileName(path));
        return match.Success && FileStatus.TryRead(path) is { IsRegularFile: true } file
            ? new CoreOSImage(match.Groups["version"].Value, path, path + ".sig", file.Size, match.Groups["name"].Value,
                File.Exists(path + ".sig"))
            : null;
    }

    [GeneratedRegex(@"\A(?<name>[A-Za-z0-9_][A-Za-z0-9_.-]*?)-(?<version>[0-9][A-Za-z0-9.+-]*?)\.(?:bin|raw|img)\.(?:bz2|xz|zst|gz)\z")]
    private static partial Regex FileName();

    [GeneratedRegex(@"\A[0-9][A-Za-z0-9.+-]*\z")]
    private static partial Regex Version();
}
