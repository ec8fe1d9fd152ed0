namespace XenKube.Booting;

/// <summary>By which rules an image boots.</summary>
public enum BootRules
{
    /// <summary>By none that XenKube knows; pygrub may know the image.</summary>
    Unknown,

    /// <summary>
    /// Those of Container Linux and Flatcar: GRUB's script on EFI-SYSTEM, and the priorities and tries of USR-A and USR-B in the
    /// partition table.
    /// </summary>
    Slots,

    /// <summary>Those of Fedora CoreOS: entries of the Boot Loader Specification on the partition <c>boot</c>.</summary>
    Entries,
}
