using XenKube.Booting.Entries;
using XenKube.Booting.Grub;
using XenKube.Disks;
using XenKube.FileSystems;

namespace XenKube.Booting;

/// <summary>
/// Chooses as the GRUB of Fedora CoreOS does: the newest entry by its file name, and Ignition where the stamp is there (bootupd's
/// static grub.cfg, fedora-coreos-config's 40_coreos-ignition.cfg, Red Hat's blscfg).
/// </summary>
/// <param name="disk">The disk.</param>
/// <param name="boot">The partition <c>boot</c>.</param>
/// <param name="options">How the disk should be booted.</param>
internal sealed class EntryBoot(BootDisk disk, DiskPartition boot, BootPlanOptions options)
{
    /// <summary>The directory of the entries, whose first part is a link that ostree exchanges.</summary>
    public const string Directory = "/loader/entries";

    private const string Stamp = "/ignition.firstboot";

    private readonly string _device = BootDisk.NameOf(boot);

    /// <summary>The choice.</summary>
    public BootChoice Choose()
    {
        var entries = ReadEntries();
        if (entries.Count == 0)
        {
            return new BootChoice(BootRules.Entries, "", null, $"{boot.Label} has no boot entry in {Directory}", "Pour the disk again");
        }
        var variables = new GrubMachine(disk, new Dictionary<string, string> { ["root"] = _device, ["grub_platform"] = "xen",
            ["grub_cpu"] = "x86_64" });
        ReadStamp(variables);
        // GRUB takes the first entry where a saved one is gone; an entry that a person names must be there.
        if ((Wanted(entries, options.Entry ?? SavedEntry()) ?? (options.Entry is null ? entries[0] : null)) is not { } entry)
        {
            return new BootChoice(
                BootRules.Entries, "", null, $"there is no boot entry '{Printable.Of(options.Entry!)}'",
                $"The entries are {string.Join(", ", entries.Select(each => Printable.Of(each.Id)))}");
        }
        var arguments = Expand(entry, variables);
        if (!arguments.Any(argument => argument.ToString().StartsWith("console=", StringComparison.Ordinal)))
        {
            arguments.Add(GrubText.Of("console=hvc0", new GrubOrigin("Xen's console", 0)));
        }
        var kernel = new GrubKernel(Place(entry.Linux), [.. entry.Initrds.Select(Place)], arguments);
        return new BootChoice(BootRules.Entries, entry.Id, kernel, Tries: entry.TriesLeft);
    }

    private GrubPath Place(string path) => new(_device, path.StartsWith('/') ? path : "/" + path);

    private List<BootEntry> ReadEntries() =>
        ReadEntries(disk.Open(boot)!, path => disk.ReadText(_device, path, BootLimits.Entry));

    /// <summary>The boot entries of a partition, newest first.</summary>
    /// <param name="files">The partition's file system.</param>
    /// <param name="read">Reads a file; null where it is too large.</param>
    public static List<BootEntry> ReadEntries(IFileSystem files, Func<string, string?> read)
    {
        var names = files.List(Directory).Where(file => file.Kind == FileSystemEntryKind.File && BootEntry.IsEntry(file.Name))
            .Select(file => file.Name);
        var entries = new List<BootEntry>();
        foreach (var name in names.Take(BootLimits.Entries))
        {
            if (read($"{Directory}/{name}") is { } text && BootEntry.Parse(name, text) is { } entry)
            {
                entries.Add(entry);
            }
        }
        entries.Sort((a, b) => RpmVersion.CompareNames(b.Id, a.Id));
        return entries;
    }

    private static BootEntry? Wanted(List<BootEntry> entries, string? wanted) =>
        wanted is null ? entries[0]
            : entries.Find(entry => entry.Id == wanted) ?? entries.Find(entry => entry.Title == wanted)
            ?? (int.TryParse(wanted, out var number) && number >= 0 && number < entries.Count ? entries[number] : null);

    // grubenv: a block of 1024 bytes of lines NAME=VALUE, filled up with #.
    private string? SavedEntry()
    {
        var block = disk.ReadText(_device, "/grub2/grubenv");
        var line = block?.Split('\n').LastOrDefault(line => line.StartsWith("saved_entry=", StringComparison.Ordinal));
        return line is { Length: > 12 } ? line[12..].Trim() : null;
    }

    // The stamp is a script, which may set the kernel arguments of the network for Ignition.
    private void ReadStamp(GrubMachine variables)
    {
        if (disk.ReadText(_device, Stamp) is not { } script)
        {
            return;
        }
        var source = $"{boot.Label}:{Stamp}";
        variables.Run(script, source);
        variables.Set("ignition_firstboot", GrubText.Of("ignition.firstboot ", new GrubOrigin(source, 0))
            .Append(variables.Get("ignition_network_kcmdline")));
    }

    private List<GrubText> Expand(BootEntry entry, GrubMachine variables)
    {
        var origin = new GrubOrigin($"{boot.Label}:{Directory}/{entry.FileName}", 0);
        var options = new GrubText();
        var text = entry.Options;
        for (var at = 0; at < text.Length;)
        {
            var dollar = text.IndexOf('$', at);
            if (dollar < 0)
            {
                options.Append(text[at..], origin);
                break;
            }
            options.Append(text[at..dollar], origin);
            at = dollar + 1;
            var isBraced = at < text.Length && text[at] == '{';
            at += isBraced ? 1 : 0;
            var start = at;
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
            {
                at++;
            }
            options.Append(variables.Get(text[start..at]));
            at += isBraced && at < text.Length && text[at] == '}' ? 1 : 0;
        }
        return [.. options.Split()];
    }
}
