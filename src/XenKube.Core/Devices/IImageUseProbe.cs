namespace XenKube.Devices;

/// <summary>Knows whether something outside of this machine's kernel uses a disk image: Xen's guests, in whatever state they are.</summary>
public interface IImageUseProbe
{
    /// <summary>Looks for a user of the image.</summary>
    /// <param name="path">Full path of the image, links resolved.</param>
    /// <returns>Who uses it, or null.</returns>
    ImageUser? FindUser(string path);
}
