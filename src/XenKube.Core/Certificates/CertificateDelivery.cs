using XenKube.Clusters;

namespace XenKube.Certificates;

/// <summary>Certificates of a node that were brought to one of the places where the node gets them from.</summary>
/// <param name="Node">The node.</param>
/// <param name="Place">The published config, the disk of the stopped node, or the running node (Endpoint).</param>
/// <param name="Changed">Whether anything was changed there; false where it was so already.</param>
/// <param name="Message">What was done, in a sentence without a final stop.</param>
public sealed record CertificateDelivery(Node Node, CertificateSource Place, bool Changed, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Node.FullName}: {Message}";
}
