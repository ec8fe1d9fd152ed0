namespace XenKube.Hosting.Nginx;

/// <summary>A directive of nginx's configuration, whichever block it is in.</summary>
/// <param name="Words">Its words without quotes; the first is its name.</param>
internal sealed record NginxDirective(IReadOnlyList<string> Words)
{
    /// <summary>Its name.</summary>
    public string Name => Words[0];
}
