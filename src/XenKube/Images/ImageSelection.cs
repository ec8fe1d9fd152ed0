using System.Management.Automation;
using XenKube.Images;

namespace XenKube.Commands.Images;

/// <summary>The images of the store that a version or pattern stands for.</summary>
internal static class ImageSelection
{
    public static IReadOnlyList<CoreOSImage> Select(ImageStore store, string version)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(version))
        {
            return [store.Get(version)];
        }
        var pattern = new WildcardPattern(version, WildcardOptions.IgnoreCase);
        return [.. store.List().Where(image => pattern.IsMatch(image.Version) || pattern.IsMatch(image.ToString()))];
    }
}
