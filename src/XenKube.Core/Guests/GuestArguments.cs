namespace XenKube.Guests;

/// <summary>
/// The kernel arguments in a guest's configuration. xl hands them to the boot loader as <c>--args</c>: <c>cmdline=</c> where there is
/// one, else <c>extra=</c> (parse_cmdline in xl_parse.c).
/// </summary>
internal static class GuestArguments
{
    private const string Extra = "extra";
    private const string CommandLine = "cmdline";

    /// <summary>The key of the boot loader's arguments.</summary>
    public const string BootLoader = "bootloader_args";

    /// <summary>The kernel parameters that name a config: Container Linux', Flatcar's and Ignition's own.</summary>
    public static IReadOnlyList<string> ConfigUriParameters { get; } = ["coreos.config.url", "flatcar.config.url", "ignition.config.url"];

    /// <summary>The kernel parameter of Ignition that names the file system of a second disk by its label.</summary>
    public const string DeviceParameter = "ignition.config.device";

    /// <summary>The kernel parameter of Ignition that names the config in that file system.</summary>
    public const string PathParameter = "ignition.config.path";

    /// <summary>Whether an argument says where the config is: by a URL, or on a second disk.</summary>
    public static bool IsConfigPlace(string argument) => IsConfigUri(argument)
        || argument.StartsWith(DeviceParameter + "=", StringComparison.Ordinal)
        || argument.StartsWith(PathParameter + "=", StringComparison.Ordinal);

    /// <summary>Whether an argument names a config.</summary>
    public static bool IsConfigUri(string argument) =>
        ConfigUriParameters.Any(parameter => argument.StartsWith(parameter + "=", StringComparison.Ordinal));

    /// <summary>The arguments of a configuration, in their order.</summary>
    public static IReadOnlyList<string> Of(XenGuestConfig config) =>
        (config.GetText(KeyOf(config)) ?? "").Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The configuration with these arguments; the key goes where there are none.</summary>
    public static XenGuestConfig With(XenGuestConfig config, IReadOnlyList<string> arguments)
    {
        var key = KeyOf(config);
        return Of(config).SequenceEqual(arguments) ? config
            : arguments.Count == 0 ? config.Without(key) : config.With(key, XenConfigValue.OfText(string.Join(' ', arguments)));
    }

    /// <summary>The configuration with other arguments that name a config, in the place of those that are there.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="arguments">The arguments, and others that are added; none to take those that name a config away.</param>
    public static XenGuestConfig WithConfigUri(XenGuestConfig config, IReadOnlyList<string> arguments)
    {
        var there = Of(config).ToList();
        var place = there.FindIndex(IsConfigPlace);
        var kept = there.Where(argument => !IsConfigPlace(argument)).ToList();
        kept.InsertRange(place < 0 ? kept.Count : place, arguments.Where(IsConfigPlace));
        return With(config, [.. kept, .. arguments.Where(argument => !IsConfigPlace(argument))]);
    }

    /// <summary>The arguments of the boot loader. A plain text is split at blanks, as libxl does it.</summary>
    public static IReadOnlyList<string> OfBootLoader(XenGuestConfig config) => config.Get(BootLoader) switch
    {
        null => [],
        { Kind: XenConfigValueKind.List } list => [.. list.Items.Select(item => item.Text)],
        var text => text.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries),
    };

    private static string KeyOf(XenGuestConfig config) => config.GetText(CommandLine) is null ? Extra : CommandLine;
}
