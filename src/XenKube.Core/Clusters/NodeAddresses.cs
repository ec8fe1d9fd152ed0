using XenKube.Guests;

namespace XenKube.Clusters;

/// <summary>
/// What a node's guest configuration says of its name and addresses. A configuration that cannot be read says nothing here: listing nodes
/// goes on.
/// </summary>
internal static class NodeAddresses
{
    /// <summary>Name, MAC address and reserved IP address of a guest; null for what is not there.</summary>
    /// <param name="Name">Name of the Xen domain.</param>
    /// <param name="MacAddress">MAC address of its first network interface.</param>
    public readonly record struct Addresses(string? Name, string? MacAddress);

    /// <summary>Reads them from a guest configuration.</summary>
    /// <param name="guestConfigPath">Path of NODE.cfg; it need not exist.</param>
    public static Addresses Of(string guestConfigPath)
    {
        if (!File.Exists(guestConfigPath))
        {
            return default;
        }
        try
        {
            var config = XenGuestConfig.Read(guestConfigPath);
            return new Addresses(config.Name, config.Vifs is [var first, ..] ? first.MacAddress?.ToString() : null);
        }
        catch (XenKubeException)
        {
            return default;
        }
    }
}
