using System.Text;

namespace XenKube.Images.Transfer;

/// <summary>A .DIGESTS file: comment lines <c># SHA512 HASH</c>, each followed by lines <c>hex  filename</c>.</summary>
internal static class DigestList
{
    /// <summary>The SHA-512 digest of a file, lower-case; null if the list has none.</summary>
    public static string? FindSha512(ReadOnlySpan<byte> list, string fileName)
    {
        var isSha512 = false;
        foreach (var line in Encoding.UTF8.GetString(list).Split('\n'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is ["#", var algorithm, "HASH", ..])
            {
                isSha512 = algorithm == "SHA512";
            }
            else if (isSha512 && words is [{ Length: 128 } digest, var name] && name.TrimStart('*') == fileName
                && digest.All(char.IsAsciiHexDigit))
            {
                return digest.ToLowerInvariant();
            }
        }
        return null;
    }
}
