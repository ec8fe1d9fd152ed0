using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Summaries;

/// <summary>The content that a config itself holds for a file.</summary>
internal static class ResourceContent
{
    /// <summary>The bytes the guest gets; null where they are fetched from elsewhere, or cannot be read.</summary>
    /// <param name="resource">An object with <c>source</c> and <c>compression</c>.</param>
    public static byte[]? Of(ConfigValue resource)
    {
        var source = resource["source"].Text;
        if (source.Length == 0)
        {
            return [];
        }
        if (!source.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || DataUrl.Decode(source, out _) is not { } content)
        {
            return null;
        }
        return resource["compression"].Text == "gzip" ? PackedContent.Unpack(content) : content;
    }
}
