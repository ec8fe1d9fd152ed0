namespace XenKube.Hosting;

/// <summary>Reads the host's configuration files.</summary>
internal static class SystemFile
{
    private const int MaxSize = 16 * 1024 * 1024;

    public static byte[] Read(string path) => TextFile.ReadAllBytes(path, MaxSize, "FileNotFound", "NotAFile");
}
