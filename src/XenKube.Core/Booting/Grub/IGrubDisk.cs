namespace XenKube.Booting.Grub;

/// <summary>What a script sees of the machine: partitions by name, files, and the choice of the slot.</summary>
internal interface IGrubDisk
{
    /// <summary>Finds a device; null where there is none.</summary>
    /// <param name="kind">By what: <c>label</c>, <c>part-label</c>, <c>part-uuid</c>, <c>disk-uuid</c>, <c>fs-uuid</c> or
    /// <c>file</c>.</param>
    /// <param name="value">The value.</param>
    string? Search(string kind, string value);

    /// <summary>Reads a small file; null where there is none.</summary>
    /// <param name="device">A name that <see cref="Search"/> gave.</param>
    /// <param name="path">The path on it.</param>
    string? ReadText(string device, string path);

    /// <summary>
    /// Whether there is a file (<c>'f'</c>), a directory (<c>'d'</c>), anything (<c>'e'</c>) or a file that is not empty (<c>'s'</c>).
    /// </summary>
    bool Test(char kind, string device, string path);

    /// <summary>The name of a file of a device for people, such as <c>OEM:/grub.cfg</c>.</summary>
    string NameOf(string device, string path);

    /// <summary>gptprio.next: the device and GUID of the USR partition to boot; null where there is none.</summary>
    (string Device, Guid Id)? NextSlot();
}
