using System.Globalization;
using XenKube.Files;

namespace XenKube.Hosting;

/// <summary>How many connections this process can hold within its limit of open files, RLIMIT_NOFILE of getrlimit(2).</summary>
internal static class DescriptorLimit
{
    /// <summary>A connection has its socket, and the file that it is sent.</summary>
    private const int DescriptorsOfConnection = 2;

    /// <summary>What the rest of the program may open meanwhile.</summary>
    private const int Kept = 32;

    private const int Fewest = 4;

    /// <summary>The connections for which there is room now.</summary>
    public static int Connections() => Connections(WholeFile.TryReadText("/proc/self/limits") ?? "", Open());

    /// <summary>The same for the text of /proc/PID/limits.</summary>
    internal static int Connections(string limits, int open)
    {
        var line = limits.Split('\n').FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        // Name, soft limit, hard limit, unit; "unlimited" is not a number.
        var soft = line?["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var number, ..]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : int.MaxValue;
        return Math.Max(Fewest, (soft - open - Kept) / DescriptorsOfConnection);
    }

    private static int Open()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return 0;
        }
    }
}
