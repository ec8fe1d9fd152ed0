using XenKube.Ignition.Butane.Gzip;
using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Butane;

/// <summary>Puts contents into a resource as the shortest data URL: escaped, base64, or packed and base64.</summary>
/// <remarks>Held against Butane 0.19.0.</remarks>
internal static class ResourceUrl
{
    /// <summary>What any gzip stream of something takes: head, an empty last block, trailer and a bit of a code.</summary>
    private const int ShortestPacked = 10 + 5 + 8 + 2;

    /// <summary>Sets source and, unless the config gave one, compression.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="contents">The bytes.</param>
    /// <param name="origin">The place they come from.</param>
    /// <param name="packs">Whether the contents may be packed.</param>
    public static void Set(ConfigValue resource, byte[] contents, ConfigPath origin, bool packs = true)
    {
        var isPlain = !resource["compression"].HasText;
        var (source, compression) = Choose(contents, packs && isPlain);
        resource["source"].Set(source).Origin = origin;
        if (isPlain)
        {
            // Set even if it is empty, lest a config that this one is merged into lends its own.
            resource["compression"].Set(compression).Origin = origin;
        }
    }

    /// <summary>The shortest data URL of contents, and its compression.</summary>
    /// <param name="contents">The bytes.</param>
    /// <param name="packs">Whether they may be packed.</param>
    public static (string Source, string Compression) Choose(byte[] contents, bool packs = true)
    {
        var base64Length = Base64Length(contents.Length);
        var escapedLength = 1 + DataUrl.EscapedLength(contents);
        var shortest = Math.Min(escapedLength, base64Length);
        var packed = packs && Base64Length(ShortestPacked) + "gzip".Length < shortest ? GoGzip.Pack(contents) : null;
        if (packed is not null && Base64Length(packed.Length) + "gzip".Length < shortest)
        {
            return (DataUrl.EncodeBase64(packed), "gzip");
        }
        return (escapedLength <= base64Length ? DataUrl.Encode(contents) : DataUrl.EncodeBase64(contents), "");
    }

    /// <summary>The length of <c>;base64,</c> and so many bytes.</summary>
    private static long Base64Length(long bytes) => ";base64,".Length + ((bytes + 2) / 3 * 4);
}
