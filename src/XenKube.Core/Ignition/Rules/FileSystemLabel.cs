using System.Globalization;
using System.Text;

namespace XenKube.Ignition.Rules;

/// <summary>How long the label of a file system may be, in bytes.</summary>
internal static class FileSystemLabel
{
    /// <summary>Why the label is too long for the format, or null. Unknown formats have no limit here.</summary>
    public static string? Validate(string format, string label)
    {
        var limit = format switch
        {
            "ext4" => 16,
            "btrfs" => 256,
            "xfs" => 12,
            "swap" => 15,
            "vfat" => 11,
            _ => int.MaxValue,
        };
        return Encoding.UTF8.GetByteCount(label) <= limit
            ? null
            : string.Create(
                CultureInfo.InvariantCulture, $"filesystem labels cannot be longer than {limit} characters when using {format}");
    }
}
