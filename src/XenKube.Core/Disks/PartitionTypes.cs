namespace XenKube.Disks;

/// <summary>Partition types by their GUID: the name sgdisk gives them, and the flags parted prints for them.</summary>
internal static class PartitionTypes
{
    /// <summary>Container Linux' /usr, the type whose attributes carry priority, tries and successful.</summary>
    public static readonly Guid CoreOSUsr = new("5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6");

    private static readonly Dictionary<Guid, (string Name, string[] Flags)> Known = new()
    {
        [new("C12A7328-F81F-11D2-BA4B-00A0C93EC93B")] = ("EFI system partition", ["boot", "esp"]),
        [new("21686148-6449-6E6F-744E-656564454649")] = ("BIOS boot partition", ["bios_grub"]),
        [new("BC13C2FF-59E6-4262-A352-B275FD6F7172")] = ("XBOOTLDR partition", ["bls_boot"]),
        [CoreOSUsr] = ("Container Linux /usr", []),
        [new("3884DD41-8582-4404-B9A8-E9B84F2DF50E")] = ("Container Linux resizable rootfs", []),
        [new("C95DC21A-DF0E-4340-8D7B-26CBFA9A03E0")] = ("Container Linux /OEM customizations", []),
        [new("BE9067B9-EA49-4F15-B4F6-F36F8C9E1818")] = ("Container Linux root on RAID", []),
        [new("0FC63DAF-8483-4772-8E79-3D69D8477DE4")] = ("Linux filesystem", []),
        [new("0657FD6D-A4AB-43C4-84E5-0933C84B4F4F")] = ("Linux swap", ["swap"]),
        [new("A19D880F-05FC-4D3B-A006-743F0F84911E")] = ("Linux RAID", ["raid"]),
        [new("E6D6D379-F507-44C2-A23C-238F2A3DF928")] = ("Linux LVM", ["lvm"]),
        [new("933AC7E1-2EB4-4F13-B844-0E14E2AEF915")] = ("Linux /home", ["linux-home"]),
        [new("3B8F8425-20E0-4F3B-907F-1A25A76F98E8")] = ("Linux /srv", []),
        [new("4D21B016-B534-45C2-A9FB-5C16E091FD2D")] = ("Linux /var", []),
        [new("7EC6F557-3BC5-4ACA-B293-16EF5DF639D1")] = ("Linux /var/tmp", []),
        [new("8DA63339-0007-60C0-C436-083AC8230908")] = ("Linux reserved", []),
        [new("44479540-F297-41B2-9AF7-D131D5F0458A")] = ("Linux x86 root (/)", []),
        [new("4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709")] = ("Linux x86-64 root (/)", []),
        [new("69DAD710-2CE4-4E3C-B16C-21A1D49ABED3")] = ("Linux ARM32 root (/)", []),
        [new("B921B045-1DF0-41C3-AF44-4C6F280D3FAE")] = ("Linux ARM64 root (/)", []),
        [new("8484680C-9521-48C6-9C11-B0720656F69E")] = ("Linux x86-64 /usr", []),
        [new("77FF5F63-E7B6-4633-ACF4-1565B864C0E6")] = ("Linux x86-64 /usr verity", []),
        [new("2C7357ED-EBD2-46D9-AEC1-23D437EC2BF5")] = ("Linux x86-64 root verity", []),
        [new("B0E01050-EE5F-4390-949A-9101B17104E9")] = ("Linux ARM64 /usr", []),
        [new("7FFEC5C9-2D00-49B7-8941-3EA10A5586B7")] = ("Linux dm-crypt", []),
        [new("CA7D7CCB-63ED-4C53-861C-1742536059CC")] = ("Linux LUKS", []),
        [new("EBD0A0A2-B9E5-4433-87C0-68B6B72699C7")] = ("Microsoft basic data", ["msftdata"]),
        [new("E3C9E316-0B5C-4DB8-817D-F92DF00215AE")] = ("Microsoft reserved", ["msftres"]),
        [new("DE94BBA4-06D1-4D40-A16A-BFD50179D6AC")] = ("Windows RE", ["diag"]),
        [new("D3BFE2DE-3DAF-11DF-BA40-E3A556D89593")] = ("Intel Rapid Start", ["irst"]),
        [new("9E1A2D38-C612-4316-AA26-8B49521E5A8B")] = ("PowerPC PReP boot", ["prep"]),
        [new("FE3A2A5D-4F32-41A7-B725-ACCC3285A309")] = ("ChromeOS kernel", ["chromeos_kernel"]),
        [new("3CB8E202-3B7E-47DD-8A3C-7FF2A13CFCEC")] = ("ChromeOS root", []),
        [new("2E0A753D-9E48-43B0-8337-B15192CB1B5E")] = ("ChromeOS reserved", []),
        [new("5265636F-7665-11AA-AA11-00306543ECAC")] = ("AppleTV recovery", ["atvrecv"]),
        [new("48465300-0000-11AA-AA11-00306543ECAC")] = ("Apple HFS/HFS+", []),
        [new("7C3457EF-0000-11AA-AA11-00306543ECAC")] = ("Apple APFS", []),
        [new("E2A1E728-32E3-11D6-A682-7B03A0000000")] = ("HP-UX service", ["hp-service"]),
        [new("75894C1E-3AEB-11D3-B7C1-7B03A0000000")] = ("HP-UX data", []),
        [new("516E7CB5-6ECF-11D6-8FF8-00022D09712B")] = ("FreeBSD swap", []),
        [new("83BD6B9D-7F41-11DC-BE0B-001560B84F0F")] = ("FreeBSD boot", []),
    };

    /// <summary>parted prints flags in this order, whichever of type and attributes they come from.</summary>
    private static readonly string[] PrintOrder =
    [
        "boot", "swap", "hidden", "raid", "lvm", "hp-service", "prep", "msftres", "bios_grub", "atvrecv", "diag", "legacy_boot",
        "msftdata", "irst", "esp",
        "chromeos_kernel", "bls_boot", "linux-home",
    ];

    /// <summary>The types that have a name here.</summary>
    public static IReadOnlyCollection<Guid> All => Known.Keys;

    /// <summary>The name of a type; <c>Unknown</c> for one that is not in the list.</summary>
    public static string GetName(Guid type) => Known.TryGetValue(type, out var known) ? known.Name : "Unknown";

    /// <summary>The flags of an entry in the order in which parted prints them.</summary>
    public static IReadOnlyList<string> GetFlags(Guid type, ulong attributes)
    {
        var flags = new List<string>(Known.TryGetValue(type, out var known) ? known.Flags : []);
        if ((attributes & GptEntry.RequiredAttribute) != 0)
        {
            flags.Add("hidden");
        }
        if ((attributes & GptEntry.LegacyBootAttribute) != 0)
        {
            flags.Add("legacy_boot");
        }
        flags.Sort((a, b) => Array.IndexOf(PrintOrder, a).CompareTo(Array.IndexOf(PrintOrder, b)));
        return flags;
    }
}
