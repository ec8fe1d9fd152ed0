using System.Globalization;
using XenKube.Booting;

namespace XenKube.Boot.Protocol;

/// <summary>
/// The command line of a boot loader of Xen, as libxl makes it (libxl_bootloader.c, make_bootloader_args, of 4.14 to 4.20), and what
/// <c>bootloader_args</c> of a guest's configuration adds.
/// </summary>
internal sealed record LoaderOptions
{
    /// <summary>Where the answer goes: a file that libxl has made.</summary>
    public string Output { get; private init; } = "";

    /// <summary>Where kernel and initrd go: a directory that libxl has made, and removes with all that is in it.</summary>
    public string OutputDirectory { get; private init; } = "";

    /// <summary>The user as whom the disk should be read; null for one of the loader's choice.</summary>
    public uint? RunAs { get; private init; }

    /// <summary>The guest's disk.</summary>
    public string DiskPath { get; private init; } = "";

    /// <summary>How the disk is booted.</summary>
    public BootPlanOptions Boot { get; private init; } = new() { IsGuestTypeOpen = true };

    /// <summary>Whether a boot takes a try of a slot that has any.</summary>
    public bool Counts { get; private init; } = true;

    /// <summary>How long the disk may be read. libxl itself ends a restricted boot loader after 120 seconds.</summary>
    public TimeSpan TimeLimit { get; private init; } = TimeSpan.FromSeconds(110);

    /// <summary>Whether a person asks for help.</summary>
    public bool WantsHelp { get; private init; }

    /// <summary>Options that are not known, as later versions of Xen may have them.</summary>
    public IReadOnlyList<string> Unknown { get; private init; } = [];

    /// <summary>The same options for the reader.</summary>
    public IReadOnlyList<string> ForReader { get; private init; } = [];

    /// <summary>Reads a command line.</summary>
    /// <exception cref="InvalidInputException">An option has an impossible value, or something is missing.</exception>
    public static LoaderOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new LoaderOptions();
        var disks = new List<string>();
        var areOptions = true;
        foreach (var argument in arguments)
        {
            if (!areOptions || !argument.StartsWith("--", StringComparison.Ordinal))
            {
                disks.Add(argument);
                continue;
            }
            areOptions = argument != "--";
            options = areOptions ? options.With(argument) : options;
        }
        return options.WantsHelp ? options : (disks, options) switch
        {
            ({ Count: not 1 }, _) => throw Invalid(null, disks.Count == 0 ? "no disk is named" : "several disks are named", WhoCalls),
            (_, { Output: "" } or { OutputDirectory: "" }) => throw Invalid(null, "--output and --output-directory are missing", WhoCalls),
            _ => options with { DiskPath = disks[0], ForReader = arguments },
        };
    }

    private const string WhoCalls = "Name this program in bootloader= of the guest's configuration: xl calls it with all of them";

    private LoaderOptions With(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var (name, value) = equals < 0 ? (argument, "") : (argument[..equals], argument[(equals + 1)..]);
        return name switch
        {
            "--output" => this with { Output = value },
            "--output-directory" => this with { OutputDirectory = value.TrimEnd('/') },
            "--output-format" => value == "simple0" ? this : throw Impossible(name, value, "this program answers as simple0 alone"),
            "--kernel" => this with { Boot = Boot with { KernelPath = Absolute(value) } },
            "--ramdisk" => this with { Boot = Boot with { InitrdPath = Absolute(value) } },
            "--args" => this with { Boot = Boot with { Arguments = Words(value) } },
            "--runas" => this with { RunAs = Number(name, value, uint.MaxValue - 1, "the number of a user other than root") },
            "--quiet" => this,
            "--guest-type" => this with { Boot = Boot with { IsGuestTypeOpen = false, GuestType = GuestType(name, value) } },
            "--slot" => this with { Boot = Boot with { Slot = Checked(name, value, value is "a" or "b", "a or b") } },
            "--entry" => this with { Boot = Boot with { Entry = Checked(name, value, value.Length > 0, "an entry's name or number") } },
            "--platform" => this with { Boot = Boot with { Platform = Checked(name, value, IsName(value), "a name such as metal") } },
            "--no-count" => this with { Counts = false },
            "--time-limit" => this with { TimeLimit = TimeSpan.FromSeconds(Number(name, value, 3600, "1 to 3600 seconds")) },
            "--help" => this with { WantsHelp = true },
            _ => this with { Unknown = [.. Unknown, argument] },
        };
    }

    private static BootGuestType GuestType(string name, string value) => value switch
    {
        "pv" => BootGuestType.Pv,
        "pvh" => BootGuestType.Pvh,
        _ => throw Impossible(name, value, "it takes pv or pvh"),
    };

    private static uint Number(string name, string value, uint maximum, string what) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= maximum
            ? number : throw Impossible(name, value, $"it takes {what}");

    private static string Checked(string name, string value, bool isPossible, string what) =>
        isPossible ? value : throw Impossible(name, value, $"it takes {what}");

    private static string Absolute(string path) => path.StartsWith('/') ? path : "/" + path;

    private static string[] Words(string text) => text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static bool IsName(string value) =>
        value.Length is > 0 and <= 64 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static InvalidInputException Impossible(string name, string value, string reason) =>
        Invalid(name, $"'{Printable.Of(value)}' is not possible: {reason}", null);

    private static InvalidInputException Invalid(string? name, string reason, string? remedy) =>
        new(ErrorIds.BootArgumentInvalid, null, name, reason, remedy);
}
