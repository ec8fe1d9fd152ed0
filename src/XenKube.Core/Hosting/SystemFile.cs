using XenKube.Files;

namespace XenKube.Hosting;

/// <summary>Reads the host's configuration files.</summary>
internal static class SystemFile
{
    private const int MaxSize = 16 * 1024 * 1024;

    public static byte[] Read(string path) => WholeFile.Read(path, MaxSize, regularOnly: true);

    /// <summary>Where a symbolic link leads in the end; there need not be anything.</summary>
    public static string BehindLink(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.FileNotReadable, path, null, $"cannot tell where the link leads: {e.Message}",
                "Correct the link", e);
        }
    }
}
