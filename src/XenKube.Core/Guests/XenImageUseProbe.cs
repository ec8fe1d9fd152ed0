using XenKube.Devices;

namespace XenKube.Guests;

/// <summary>
/// Determines whether a guest has a disk image, in whatever state that guest is. Xen is asked at each question: between two of them a guest
/// may have been started, or be between two domains.
/// </summary>
/// <param name="xl">How to ask Xen.</param>
public sealed class XenImageUseProbe(XlDriver xl) : IImageUseProbe
{
    /// <inheritdoc/>
    public ImageUser? FindUser(string path) => GuestUses.ReadIfXen(xl, path).UserOf(path);
}
