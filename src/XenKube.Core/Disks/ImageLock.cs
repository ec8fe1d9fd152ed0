namespace XenKube.Disks;

/// <summary>The exclusive locks on an open image.</summary>
internal sealed class ImageLock : IDisposable
{
    public static ImageLock Take(FileDevice device) => new();

    public void Dispose()
    {
    }
}
