using System.Globalization;
using System.Management.Automation;
using XenKube.Images;

namespace XenKube.Commands.Images;

/// <summary>The images of the store that a version or pattern stands for.</summary>
internal static class ImageSelection
{
    /// <summary>The image of the store that an object is, also one that is only its properties now; null if it is not an image.</summary>
    /// <param name="source">The object.</param>
    public static CoreOSImage? Find(PSObject source)
    {
        if (!new PipedObject(source).Is<CoreOSImage>())
        {
            return null;
        }
        try
        {
            return LanguagePrimitives.ConvertTo(source, typeof(CoreOSImage), CultureInfo.InvariantCulture) as CoreOSImage;
        }
        catch (PSInvalidCastException error) when (error.InnerException is XenKubeException own)
        {
            throw own;
        }
        catch (PSInvalidCastException)
        {
            return null;
        }
    }

    /// <summary>The error of an object that is not an image.</summary>
    /// <param name="item">The object.</param>
    public static InvalidInputException NotImage(PipedObject item) => new(ErrorIds.InputInvalid, null, null, $"{item} is not an image",
        "Pipe images, as Get-CoreOSImage returns them, files, or versions such as '1520.9.0'");

    /// <summary>The version that an object names; null if it does not name one.</summary>
    /// <param name="item">The object.</param>
    public static string? VersionOf(PipedObject item) => item.Value as string
        ?? (item.Is<CoreOSImage>() ? Named(item) : item.Is<ImageRelease>() || (!item.IsOurs && item.Value is PSCustomObject)
            ? item.Text(nameof(CoreOSImage.Version)) : null);

    /// <summary>The version of a release that an object names.</summary>
    /// <param name="item">The object.</param>
    /// <exception cref="InvalidInputException">It does not name one.</exception>
    public static string ReleaseVersionOf(PipedObject item) => item.Value as string
        ?? (item.Is<CoreOSImage>() || item.Is<ImageRelease>() || (!item.IsOurs && item.Value is PSCustomObject)
            ? item.Text(nameof(CoreOSImage.Version)) : null) ?? throw NotImage(item);

    // Two images of one version differ by their names.
    private static string? Named(PipedObject item) => item.Text(nameof(CoreOSImage.Version)) is { } version
        ? item.Text(nameof(CoreOSImage.Name)) is { } name ? $"{name}-{version}" : version : null;

    public static IReadOnlyList<CoreOSImage> Select(ImageStore store, string version)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(version))
        {
            return [store.Get(version)];
        }
        var pattern = Wildcard.Of(version);
        return [.. store.List().Where(image => pattern.IsMatch(image.Version) || pattern.IsMatch(image.ToString()))];
    }
}
