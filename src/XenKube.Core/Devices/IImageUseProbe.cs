namespace XenKube.Devices;

/// <summary>Knows whether something outside of this machine's kernel uses a disk image: running Xen domains.</summary>
public interface IImageUseProbe
{
    /// <summary>Looks for a user of the image.</summary>
    /// <param name="path">Full path of the image, links resolved.</param>
    /// <returns>Who uses it, for a person (<c>domain 'etcd-node-1'</c>), or null.</returns>
    string? FindUser(string path);
}
