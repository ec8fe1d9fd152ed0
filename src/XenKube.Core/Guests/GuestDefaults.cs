namespace XenKube.Guests;

/// <summary>The values of a new guest for everything that was not given; the guide's values.</summary>
public sealed record GuestDefaults
{
    /// <summary>What to wait for with a guest that is meant to run.</summary>
    public const GuestCondition Condition = GuestCondition.Ssh;

    /// <summary>The bridge on dom0.</summary>
    public string Bridge { get; init; } = GuideDefaults.Bridge;

    /// <summary>Memory in MiB.</summary>
    public int Memory { get; init; } = GuideDefaults.Memory;

    /// <summary>Virtual processors.</summary>
    public int VCpus { get; init; } = GuideDefaults.VCpus;

    /// <summary>Model of the network card.</summary>
    public string Model { get; init; } = GuideDefaults.NetworkModel;

    /// <summary>The first five bytes of MAC addresses that are made up from an address.</summary>
    public string MacPrefix { get; init; } = GuideDefaults.MacPrefix;

    /// <summary>The boot loader of a pv guest.</summary>
    public string BootLoader { get; init; } = GuideDefaults.BootLoader;
}
