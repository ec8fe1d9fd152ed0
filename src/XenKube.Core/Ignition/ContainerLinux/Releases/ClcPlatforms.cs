namespace XenKube.Ignition.ContainerLinux.Releases;

/// <summary>The variables that coreos-metadata knows on each platform.</summary>
internal static class ClcPlatforms
{
    /// <summary>The message for a variable where no platform is named.</summary>
    public const string NoPlatform = "platform must be specified to use templating";

    /// <summary>The message for a platform that does not exist.</summary>
    public const string Unsupported = "unsupported platform";

    /// <summary>The platforms that both releases know.</summary>
    public static IReadOnlyList<string> Common { get; } =
        ["azure", "digitalocean", "ec2", "gce", "packet", "openstack-metadata", "vagrant-virtualbox", "cloudstack-configdrive"];

    /// <summary>The variable of a field on a platform, or null where the platform has none.</summary>
    public static string? FindVariable(string platform, string field) => (platform, field) switch
    {
        ("azure", "PRIVATE_IPV4") => "COREOS_AZURE_IPV4_DYNAMIC",
        ("azure", "PUBLIC_IPV4") => "COREOS_AZURE_IPV4_VIRTUAL",
        ("digitalocean", "HOSTNAME") => "COREOS_DIGITALOCEAN_HOSTNAME",
        ("digitalocean", "PRIVATE_IPV4") => "COREOS_DIGITALOCEAN_IPV4_PRIVATE_0",
        ("digitalocean", "PUBLIC_IPV4") => "COREOS_DIGITALOCEAN_IPV4_PUBLIC_0",
        ("digitalocean", "PRIVATE_IPV6") => "COREOS_DIGITALOCEAN_IPV6_PRIVATE_0",
        ("digitalocean", "PUBLIC_IPV6") => "COREOS_DIGITALOCEAN_IPV6_PUBLIC_0",
        ("ec2", "HOSTNAME") => "COREOS_EC2_HOSTNAME",
        ("ec2", "PRIVATE_IPV4") => "COREOS_EC2_IPV4_LOCAL",
        ("ec2", "PUBLIC_IPV4") => "COREOS_EC2_IPV4_PUBLIC",
        ("gce", "HOSTNAME") => "COREOS_GCE_HOSTNAME",
        ("gce", "PRIVATE_IPV4") => "COREOS_GCE_IP_LOCAL_0",
        ("gce", "PUBLIC_IPV4") => "COREOS_GCE_IP_EXTERNAL_0",
        ("packet", "HOSTNAME") => "COREOS_PACKET_HOSTNAME",
        ("packet", "PRIVATE_IPV4") => "COREOS_PACKET_IPV4_PRIVATE_0",
        ("packet", "PUBLIC_IPV4") => "COREOS_PACKET_IPV4_PUBLIC_0",
        ("packet", "PUBLIC_IPV6") => "COREOS_PACKET_IPV6_PUBLIC_0",
        ("openstack-metadata", "HOSTNAME") => "COREOS_OPENSTACK_HOSTNAME",
        ("openstack-metadata", "PRIVATE_IPV4") => "COREOS_OPENSTACK_IPV4_LOCAL",
        ("openstack-metadata", "PUBLIC_IPV4") => "COREOS_OPENSTACK_IPV4_PUBLIC",
        ("vagrant-virtualbox", "HOSTNAME") => "COREOS_VAGRANT_VIRTUALBOX_HOSTNAME",
        ("vagrant-virtualbox", "PRIVATE_IPV4") => "COREOS_VAGRANT_VIRTUALBOX_PRIVATE_IPV4",
        ("cloudstack-configdrive", "HOSTNAME") => "CLOUDSTACK_LOCAL_HOSTNAME",
        ("custom", "HOSTNAME") => "COREOS_CUSTOM_HOSTNAME",
        ("custom", "PRIVATE_IPV4") => "COREOS_CUSTOM_PRIVATE_IPV4",
        ("custom", "PUBLIC_IPV4") => "COREOS_CUSTOM_PUBLIC_IPV4",
        ("custom", "PRIVATE_IPV6") => "COREOS_CUSTOM_PRIVATE_IPV6",
        ("custom", "PUBLIC_IPV6") => "COREOS_CUSTOM_PUBLIC_IPV6",
        _ => null,
    };
}
