using XenKube.Devices;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>
/// Determines whether a running domain uses a disk image. Xen is asked once, at the first question: one probe serves one
/// command, for any number of images. A domain started meanwhile is still found out by its loop device and its lock.
/// </summary>
/// <param name="xl">How to ask Xen.</param>
public sealed class XenImageUseProbe(XlDriver xl) : IImageUseProbe
{
    private readonly Lazy<Dictionary<string, string>> _users = new(() => Read(xl));

    /// <inheritdoc/>
    public string? FindUser(string path) => _users.Value.Count == 0 ? null : _users.Value.GetValueOrDefault(FileIdentity.TextOf(path));

    private static Dictionary<string, string> Read(XlDriver xl)
    {
        var users = new Dictionary<string, string>();
        if (xl.Program is null)
        {
            return users;
        }
        try
        {
            foreach (var domain in xl.List())
            {
                foreach (var disk in domain.Disks)
                {
                    users.TryAdd(FileIdentity.TextOf(disk), domain.Name.Length > 0 ? $"domain '{domain.Name}'" : "a domain that is being removed");
                }
            }
        }
        catch (OperationFailedException e) when (e.Id == ErrorIds.XenMissing)
        {
            // Not a dom0: there are no domains.
        }
        return users;
    }
}
