using System.Formats.Tar;
using System.Text;
using XenKube.Booting.Grub;
using XenKube.Disks;

namespace XenKube.Booting;

/// <summary>Chooses as the GRUB of Container Linux and Flatcar does: by running its own script.</summary>
/// <param name="disk">The disk.</param>
/// <param name="system">EFI-SYSTEM.</param>
/// <param name="distribution"><c>coreos</c> or <c>flatcar</c>.</param>
/// <param name="options">How the disk should be booted.</param>
internal sealed class SlotBoot(BootDisk disk, DiskPartition system, string distribution, BootPlanOptions options)
{
    /// <summary>The choice.</summary>
    public BootChoice Choose()
    {
        var device = BootDisk.NameOf(system);
        var machine = new GrubMachine(disk, new Dictionary<string, string>
        {
            ["root"] = device,
            ["prefix"] = $"({device})/{distribution}/grub",
            ["grub_platform"] = "xen",
            ["grub_cpu"] = "x86_64",
            ["secure_boot"] = "0",
        });
        var path = $"/{distribution}/grub/grub.cfg.tar";
        var (script, source) = ReadScript(device, path) is { } own ? (own, $"{SystemName(path)}") : (BuiltInScript(), "built-in grub.cfg");
        machine.Run(script, source);
        if (machine.Choose(options.Entry) is not { } entry)
        {
            return new BootChoice(BootRules.Slots, "", null, $"{source} has no menu entry");
        }
        machine.Run(entry);
        var name = entry.Id.Length > 0 ? entry.Id : entry.Title;
        if (options.Slot is { } wanted && disk.Slot is null)
        {
            return new BootChoice(
                BootRules.Slots, name, null, disk.WasAsked
                    ? $"there is no partition USR-{wanted.ToUpperInvariant()}" : $"{source} boots one system and chooses no slot");
        }
        return disk.WasAsked && disk.Slot is null
            ? new BootChoice(
                BootRules.Slots, name, null, "no USR partition has tries left or was booted before",
                "Both systems failed: pour the disk again, or choose a slot by its letter")
            : new BootChoice(BootRules.Slots, name, machine.Kernel, machine.Kernel is null
                ? $"the menu entry '{Printable.Of(name)}' loads no kernel" : null);
    }

    private string SystemName(string path) => $"{system.Label}:{path}";

    // The archive has one member, the script that GRUB's image also carries.
    private string? ReadScript(string device, string path)
    {
        if (disk.ReadFile(device, path, BootLimits.Script) is not { } bytes)
        {
            return null;
        }
        try
        {
            using var archive = new TarReader(new MemoryStream(bytes));
            while (archive.GetNextEntry() is { } member)
            {
                if (Path.GetFileName(member.Name) == "grub.cfg" && member.DataStream is { Length: <= BootLimits.Script } data)
                {
                    using var reader = new StreamReader(data, Encoding.UTF8);
                    return reader.ReadToEnd();
                }
            }
        }
        catch (Exception e) when (IsOfArchive(e))
        {
            throw new CorruptImageException(ErrorIds.CorruptBootScript, null, SystemName(path), "this is not a tar archive",
                innerException: e);
        }
        throw new CorruptImageException(ErrorIds.CorruptBootScript, null, SystemName(path), "the archive has no grub.cfg");
    }

    // .NET's reader answers a damaged header with each of these, such as a number that is too large with OverflowException.
    private static bool IsOfArchive(Exception e) => e is InvalidDataException or EndOfStreamException or FormatException
        or ArgumentException or ArithmeticException or InvalidOperationException or NotSupportedException;

    // The common part of the scripts of all releases, for images whose GRUB keeps its script to itself.
    private string BuiltInScript() => $$"""
        set default={{distribution}}
        search --no-floppy --set oem --part-label OEM
        if [ -n "$oem" ]; then
          set oem_id=""
          source "($oem)/grub.cfg"
          set oem=""
          if [ -n "$oem_id" ]; then
            set oem="{{distribution}}.oem.id=$oem_id"
          fi
        fi
        if [ -f "/{{distribution}}/first_boot" -o -f "/coreos/first_boot" ]; then
          set first_boot="{{distribution}}.first_boot=detected"
          search --no-floppy --set randomize --disk-uuid 00000000-0000-0000-0000-000000000001
          if [ -n "$randomize" ]; then
            set randomize_disk_guid="{{distribution}}.randomize_disk_guid=00000000-0000-0000-0000-000000000001"
          fi
        fi
        if [ -z "$linux_console" ]; then
          set linux_console="console=hvc0"
        fi
        menuentry "{{distribution}}" --id={{distribution}} {
          gptprio.next -d usr_device -u usr_uuid
          if [ "$usr_uuid" = "7130c94a-213a-4e5a-8e26-6cce9662f132" ]; then
            set kernel="/{{distribution}}/vmlinuz-a"
          else
            set kernel="/{{distribution}}/vmlinuz-b"
          fi
          linux "$kernel" mount.usr=/dev/mapper/usr verity.usr=PARTUUID=$usr_uuid rootflags=rw mount.usrflags=ro consoleblank=0 root=LABEL=ROOT $linux_console $first_boot $randomize_disk_guid $linux_append $oem
        }
        """;
}
