namespace XenKube.Guests;

/// <summary>The kind of a Xen guest.</summary>
public enum GuestType
{
    /// <summary>Paravirtualized: the guide's way.</summary>
    PV,

    /// <summary>Paravirtualized in a hardware container.</summary>
    PVH,

    /// <summary>A fully emulated machine.</summary>
    HVM,
}
