using XenKube.FileSystems;
using XenKube.Files;

namespace XenKube.Cli;

/// <summary>The words of the command line with the bytes they were given: names in a guest's file system need not be UTF-8.</summary>
internal static class RawArguments
{
    /// <summary>The words, those that are not UTF-8 as <see cref="FileNames.Decode"/> has them.</summary>
    public static string[] Of(string[] words)
    {
        if (!words.Any(word => word.Contains('\uFFFD', StringComparison.Ordinal)))
        {
            return words;
        }
        var parts = new List<string>();
        var line = WholeFile.Read("/proc/self/cmdline").AsSpan();
        while (line.IndexOf((byte)0) is >= 0 and var end)
        {
            parts.Add(FileNames.Decode(line[..end]));
            line = line[(end + 1)..];
        }
        // The program, and what starts it, come first.
        return parts.Count > words.Length ? [.. parts[^words.Length..]] : words;
    }
}
