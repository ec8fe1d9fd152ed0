using System.Globalization;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>What makes two paths the same image: the file behind them, however it is reached.</summary>
internal static class ImageIdentity
{
    public static string Of(string path)
    {
        try
        {
            if (FileStatus.Read(path) is { } status)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{status.Device:x}:{status.Inode:x}");
            }
        }
        catch (IOException)
        {
            // Not to be looked at: its spelling has to do.
        }
        return Path.GetFullPath(path);
    }
}
