namespace XenKube.Ignition.Comparing;

/// <summary>A secret in an Ignition config.</summary>
/// <param name="Place">The thing that holds it, such as <c>file /etc/ssl/server.key</c>.</param>
/// <param name="Kind">What it is, such as <c>private key</c>.</param>
public sealed record ConfigSecret(string Place, string Kind)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Printable.Of(Place)} ({Kind})";
}
