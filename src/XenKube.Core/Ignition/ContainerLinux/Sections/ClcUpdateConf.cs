using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;
using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.ContainerLinux.Sections;

/// <summary>The sections <c>update</c> and <c>locksmith</c>, which make the file /etc/coreos/update.conf between them.</summary>
/// <remarks>Held against ct 0.5.0 and 0.9.0, built with Go 1.19.</remarks>
internal static partial class ClcUpdateConf
{
    /// <summary>locksmith's settings with their names in the file, in the order of the file.</summary>
    private static readonly (string Key, string Name)[] Settings =
    [
        ("reboot_strategy", "REBOOT_STRATEGY"),
        ("window_start", "LOCKSMITHD_REBOOT_WINDOW_START"),
        ("window_length", "LOCKSMITHD_REBOOT_WINDOW_LENGTH"),
        ("group", "LOCKSMITHD_GROUP"),
        ("etcd_endpoints", "LOCKSMITHD_ENDPOINT"),
        ("etcd_cafile", "LOCKSMITHD_ETCD_CAFILE"),
        ("etcd_certfile", "LOCKSMITHD_ETCD_CERTFILE"),
        ("etcd_keyfile", "LOCKSMITHD_ETCD_KEYFILE"),
    ];

    /// <summary>The section <c>locksmith</c> in a release.</summary>
    public static ConfigType Locksmith(ClcRelease release)
    {
        ConfigField Field(string key) => (release.KeepsZeros ? OptionalText(key) : Text(key)).Ruled(RuleOf(key, release));
        return ConfigType.Object("Locksmith", [.. Settings.Select(setting => Field(setting.Key))]).Ruled(Window);
    }

    /// <summary>
    /// The file's text, empty if neither section has anything for it. It has no final line break, and may begin with one.
    /// </summary>
    public static string Write(ConfigValue config, ClcRelease release)
    {
        var text = new StringBuilder();
        var (update, locksmith) = (config["update"], config["locksmith"]);
        text.Append(update["group"].HasText ? "GROUP=" + update["group"].Text.ToLowerInvariant() : "");
        text.Append(update["server"].HasText ? "\nSERVER=" + update["server"].Text : "");
        foreach (var (key, name) in Settings)
        {
            var setting = locksmith[key];
            if (setting.HasText || (release.KeepsZeros && setting.IsSet))
            {
                text.Append(CultureInfo.InvariantCulture, $"\n{name}={GoQuote.Quote(setting.Text)}");
            }
        }
        return text.ToString();
    }

    /// <summary>The rule about the section <c>update</c>: its group.</summary>
    public static void Group(ConfigValue update, FindingPlace at) => at.Warning(
        update["group"].Text.ToLowerInvariant() is "stable" or "beta" or "alpha" || update["server"].HasText
            ? null
            : "unknown update group");

    /// <summary>The rule about the update server.</summary>
    public static void Server(ConfigValue update, FindingPlace at) =>
        at.Error(GoUrl.Parse(update["server"].Text, out var error) is null ? error : null);

    private static ConfigRule? RuleOf(string setting, ClcRelease release) => setting switch
    {
        "reboot_strategy" => (locksmith, at) => Strategy(locksmith, release, at),
        "window_start" => WindowStart,
        "window_length" => WindowLength,
        _ => null,
    };

    private static void Window(ConfigValue locksmith, FindingPlace at) => at.Error(
        locksmith["window_start"].HasText == locksmith["window_length"].HasText
            ? null
            : "window-start and window-length must both be specified");

    private static void Strategy(ConfigValue locksmith, ClcRelease release, FindingPlace at)
    {
        var strategy = locksmith["reboot_strategy"].Text.ToLowerInvariant();
        var isKnown = strategy is "reboot" or "etcd-lock" or "off" || (strategy.Length == 0 && !release.RequiresRebootStrategy);
        at.Error(isKnown ? null : "unknown reboot strategy");
    }

    private static void WindowStart(ConfigValue locksmith, FindingPlace at)
    {
        var time = locksmith["window_start"].Text;
        if (time.Length == 0)
        {
            return;
        }
        if (TwoWords().Match(time) is { Success: true } words)
        {
            var day = words.Groups[1].Value.ToLowerInvariant();
            if (day is not ("sun" or "mon" or "tue" or "wed" or "thu" or "fri" or "sat" or "not-present"))
            {
                at.Error("unknown day in window start");
                return;
            }
            time = words.Groups[2].Value;
        }
        at.Error(Time().IsMatch(time) ? null : "couldn't parse window start");
    }

    private static void WindowLength(ConfigValue locksmith, FindingPlace at)
    {
        var length = locksmith["window_length"].Text;
        at.Error(length.Length == 0 || IsDuration(length) ? null : "couldn't parse window length");
    }

    /// <summary>A duration as Go reads it: a sum of decimal numbers with units that fits 64 bits of nanoseconds, or 0.</summary>
    private static bool IsDuration(string text)
    {
        var rest = text.AsSpan(text[0] is '+' or '-' ? 1 : 0);
        var negative = text[0] == '-';
        if (rest is "0")
        {
            return true;
        }
        UInt128 total = 0;
        var any = false;
        while (!rest.IsEmpty)
        {
            var match = DurationPart().Match(rest.ToString());
            if (!match.Success || match.Groups[1].Length + match.Groups[2].Length == 0)
            {
                return false;
            }
            UInt128 unit = match.Groups[3].Value switch
            {
                "ns" => 1,
                "us" or "\u00B5s" or "\u03BCs" => 1_000,
                "ms" => 1_000_000,
                "s" => 1_000_000_000,
                "m" => 60_000_000_000,
                "h" => 3_600_000_000_000,
                _ => 0,
            };
            if (unit == 0 || match.Groups[1].Length > 0 && !IsWithin(match.Groups[1].Value, out _))
            {
                return false;
            }
            var whole = match.Groups[1].Length > 0 && IsWithin(match.Groups[1].Value, out var value) ? value : 0;
            if (whole > (1UL << 63) / unit)
            {
                return false;
            }
            var fraction = match.Groups[2].Length > 0
                ? double.Parse("0." + match.Groups[2].Value, CultureInfo.InvariantCulture) * (double)unit
                : 0;
            total += (whole * unit) + (UInt128)fraction;
            if (total > 1UL << 63)
            {
                return false;
            }
            any = true;
            rest = rest[match.Length..];
        }
        return any && (negative || total < 1UL << 63);
    }

    private static bool IsWithin(string digits, out UInt128 value) =>
        UInt128.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= 1UL << 63;

    /// <summary>Two words on the first line; more of them do not matter.</summary>
    [GeneratedRegex("^(?:[^\\S\\n])*(\\S+)(?:[^\\S\\n])+(\\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex TwoWords();

    [GeneratedRegex(@"^(?:[01]?[0-9]|2[0-3]):[0-5][0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    [GeneratedRegex(@"^([0-9]*)(?:\.([0-9]*))?([^0-9.]*)", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPart();
}
