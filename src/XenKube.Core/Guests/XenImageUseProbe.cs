using XenKube.Disks;

namespace XenKube.Guests;

/// <summary>Tells whether a running domain uses a disk image.</summary>
/// <param name="xl">How to ask Xen.</param>
public sealed class XenImageUseProbe(XlDriver xl) : IImageUseProbe
{
    /// <inheritdoc/>
    public string? FindUser(string path)
    {
        if (xl.Program is null)
        {
            return null;
        }
        IReadOnlyList<XenDomain> domains;
        try
        {
            domains = xl.List();
        }
        catch (OperationFailedException e) when (e.ErrorId == "XenMissing")
        {
            return null;
        }
        var identity = ImageIdentity.Of(path);
        return domains.FirstOrDefault(domain => domain.Disks.Any(disk => ImageIdentity.Of(disk) == identity)) is { } user
            ? user.Name.Length > 0 ? $"domain '{user.Name}'" : "a domain that is being removed"
            : null;
    }
}
