using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>Loop devices, as the kernel lists them in /sys.</summary>
internal static class LoopDevice
{
    /// <summary>The loop device an image is attached to, or null.</summary>
    public static string? Of(string image)
    {
        var identity = FileIdentity.TextOf(image);
        try
        {
            foreach (var device in Directory.EnumerateDirectories("/sys/block", "loop*"))
            {
                var backing = Path.Combine(device, "loop", "backing_file");
                if (WholeFile.TryReadText(backing) is { } file && FileIdentity.TextOf(file.TrimEnd('\n')) == identity)
                {
                    return $"/dev/{Path.GetFileName(device)}";
                }
            }
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // A device that went away meanwhile holds nothing.
        }
        return null;
    }
}
