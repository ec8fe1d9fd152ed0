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
        var compression = resource["compression"];
        var isPlain = !compression.HasText;
        var base64Length = Base64Length(contents.Length);
        var isEscaped = 1 + DataUrl.EscapedLength(contents) <= base64Length;
        var shortest = Math.Min(1 + DataUrl.EscapedLength(contents), base64Length);
        if (isPlain)
        {
            // Set even if it is empty, lest a config that this one is merged into lends its own.
            compression.Set("").Origin = origin;
            var packed = packs && Base64Length(ShortestPacked) + "gzip".Length < shortest ? GoGzip.Pack(contents) : null;
            if (packed is not null && Base64Length(packed.Length) + "gzip".Length < shortest)
            {
                compression.Set("gzip");
                resource["source"].Set(DataUrl.EncodeBase64(packed)).Origin = origin;
                return;
            }
        }
        resource["source"].Set(isEscaped ? DataUrl.Encode(contents) : DataUrl.EncodeBase64(contents)).Origin = origin;
    }

    /// <summary>The length of <c>;base64,</c> and so many bytes.</summary>
    private static long Base64Length(long bytes) => ";base64,".Length + ((bytes + 2) / 3 * 4);
}
