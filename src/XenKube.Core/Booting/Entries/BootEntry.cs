namespace XenKube.Booting.Entries;

/// <summary>
/// A boot entry of the Boot Loader Specification (uapi-group.org, type 1), as ostree writes it.
/// </summary>
/// <param name="FileName">The file's name.</param>
/// <param name="Title">What a menu shows.</param>
/// <param name="Version">The entry's version; empty where it has none.</param>
/// <param name="Linux">The kernel's path on the boot partition.</param>
/// <param name="Initrds">The paths of the initial file systems in memory.</param>
/// <param name="Options">The command line, with GRUB's variables.</param>
internal sealed record BootEntry(string FileName, string Title, string Version, string Linux, IReadOnlyList<string> Initrds, string Options)
{
    private const string Ending = ".conf";

    /// <summary>The name without ending and boot counter (<c>+3</c>, <c>+2-1</c>), by which entries are ordered and chosen.</summary>
    public string Id
    {
        get
        {
            var id = FileName[..^Ending.Length];
            var plus = id.LastIndexOf('+');
            return plus > 0 && id[(plus + 1)..].All(c => char.IsAsciiDigit(c) || c == '-') && plus + 1 < id.Length ? id[..plus] : id;
        }
    }

    /// <summary>Boots left by the counter in the name; null where there is none.</summary>
    public int? TriesLeft
    {
        get
        {
            var counter = FileName[Id.Length..^Ending.Length];
            return counter.Length > 1 && int.TryParse(counter[1..].Split('-')[0], out var tries) ? tries : null;
        }
    }

    /// <summary>Whether a name is that of an entry.</summary>
    public static bool IsEntry(string name) => name.EndsWith(Ending, StringComparison.Ordinal) && name.Length > Ending.Length;

    /// <summary>Reads an entry; null where it names no kernel.</summary>
    public static BootEntry? Parse(string fileName, string text)
    {
        var (title, version, linux, options) = ("", "", "", "");
        var initrds = new List<string>();
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim(' ', '\t', '\r');
            var blank = line.AsSpan().IndexOfAny(' ', '\t');
            if (blank <= 0 || line[0] == '#')
            {
                continue;
            }
            var value = line[(blank + 1)..].Trim(' ', '\t');
            switch (line[..blank])
            {
                case "title":
                    title = value;
                    break;
                case "version":
                    version = value;
                    break;
                case "linux":
                    linux = value;
                    break;
                case "initrd":
                    initrds.AddRange(value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries));
                    break;
                case "options":
                    options = options.Length == 0 ? value : $"{options} {value}";
                    break;
                default:
                    break;
            }
        }
        return linux.Length == 0 ? null : new BootEntry(fileName, title, version, linux, initrds, options);
    }
}
