namespace XenKube.Clusters;

/// <summary>How a node's config comes to its guest.</summary>
public enum ConfigSource
{
    /// <summary>The guest fetches the config from the web server of dom0.</summary>
    Http,

    /// <summary>The guest reads the config from a small second disk, which it cannot write to.</summary>
    Disk,

    /// <summary>The guest finds the config on its own disk.</summary>
    Image,
}
