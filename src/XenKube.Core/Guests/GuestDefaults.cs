namespace XenKube.Guests;

/// <summary>What a new guest gets where nothing else is said; the guide's values.</summary>
public sealed record GuestDefaults
{
    /// <summary>What to wait for with a guest that is meant to run.</summary>
    public const GuestCondition Condition = GuestCondition.Ssh;

    /// <summary>The bridge on dom0.</summary>
    public string Bridge { get; init; } = "virbr1";

    /// <summary>Memory in MiB.</summary>
    public int Memory { get; init; } = 1024;

    /// <summary>Virtual processors.</summary>
    public int VCpus { get; init; } = 1;

    /// <summary>Model of the network card.</summary>
    public string Model { get; init; } = "rtl8139";

    /// <summary>The first five bytes of MAC addresses that are made up from an address.</summary>
    public string MacPrefix { get; init; } = "00:16:3e:4e:31";

    /// <summary>The boot loader of a pv guest.</summary>
    public string BootLoader { get; init; } = "pygrub";
}
