namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The section <c>etcd</c> or <c>flannel</c>: a version, and the options that this version knows.</summary>
internal sealed class ClcOptionSection
{
    /// <summary>The version, or null where none was given.</summary>
    public ClcVersion? Version { get; set; }

    /// <summary>flannel's network config, a text that holds JSON.</summary>
    public string NetworkConfig { get; set; } = "";

    /// <summary>The options known to the version, in the order of the arguments.</summary>
    public IReadOnlyList<ClcOption> Options { get; set; } = [];

    /// <summary>The value of each option that was set: a string, a long or a bool.</summary>
    public Dictionary<string, object> Values { get; set; } = new(StringComparer.Ordinal);
}
