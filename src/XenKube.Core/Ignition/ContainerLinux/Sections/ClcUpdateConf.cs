using System.Globalization;
using System.Text.RegularExpressions;
using XenKube.Ignition.ContainerLinux.Decoding;
using XenKube.Ignition.ContainerLinux.Model;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.ContainerLinux.Sections;

/// <summary>The sections <c>update</c> and <c>locksmith</c>, which make the file /etc/coreos/update.conf between them.</summary>
internal static partial class ClcUpdateConf
{
    /// <summary>The file's text, empty if neither section has anything for it. It has no final line break, and may begin with one.</summary>
    public static string Write(ClcConfig config, bool isNew)
    {
        var text = "";
        if (config.Update is { } update)
        {
            text += update.Group.Length > 0 ? "GROUP=" + update.Group.ToLowerInvariant() : "";
            text += update.Server.Length > 0 ? "\nSERVER=" + update.Server : "";
        }
        if (config.Locksmith is { } locksmith)
        {
            Append("REBOOT_STRATEGY", locksmith.RebootStrategy);
            Append("LOCKSMITHD_REBOOT_WINDOW_START", locksmith.WindowStart);
            Append("LOCKSMITHD_REBOOT_WINDOW_LENGTH", locksmith.WindowLength);
            Append("LOCKSMITHD_GROUP", locksmith.Group);
            Append("LOCKSMITHD_ENDPOINT", locksmith.EtcdEndpoints);
            Append("LOCKSMITHD_ETCD_CAFILE", locksmith.EtcdCAFile);
            Append("LOCKSMITHD_ETCD_CERTFILE", locksmith.EtcdCertFile);
            Append("LOCKSMITHD_ETCD_KEYFILE", locksmith.EtcdKeyFile);
        }
        return text;

        void Append(string name, string? value)
        {
            if (isNew ? value is not null : !string.IsNullOrEmpty(value))
            {
                text += $"\n{name}={ByteText.Quote(value!)}";
            }
        }
    }

    public static ClcFinding? CheckGroup(ClcUpdate update) =>
        update.Group.ToLowerInvariant() is "stable" or "beta" or "alpha" || update.Server.Length > 0
            ? null
            : ClcFinding.Warning("unknown update group");

    public static ClcFinding? CheckServer(ClcUpdate update) =>
        GoUrl.Parse(update.Server, out var error) is null ? ClcFinding.Error(error!) : null;

    public static ClcFinding? CheckWindow(ClcLocksmith locksmith) =>
        string.IsNullOrEmpty(locksmith.WindowStart) == string.IsNullOrEmpty(locksmith.WindowLength)
            ? null
            : ClcFinding.Error("window-start and window-length must both be specified");

    public static ClcFinding? CheckStrategy(ClcLocksmith locksmith, bool isNew)
    {
        var strategy = (locksmith.RebootStrategy ?? "").ToLowerInvariant();
        return strategy is "reboot" or "etcd-lock" or "off" || isNew && strategy.Length == 0
            ? null
            : ClcFinding.Error("unknown reboot strategy");
    }

    public static ClcFinding? CheckWindowStart(ClcLocksmith locksmith)
    {
        if (string.IsNullOrEmpty(locksmith.WindowStart))
        {
            return null;
        }
        var time = locksmith.WindowStart;
        if (TwoWords().Match(time) is { Success: true } words)
        {
            if (words.Groups[1].Value.ToLowerInvariant() is not ("sun" or "mon" or "tue" or "wed" or "thu" or "fri" or "sat" or "not-present"))
            {
                return ClcFinding.Error("unknown day in window start");
            }
            time = words.Groups[2].Value;
        }
        return Time().IsMatch(time) ? null : ClcFinding.Error("couldn't parse window start");
    }

    public static ClcFinding? CheckWindowLength(ClcLocksmith locksmith) =>
        string.IsNullOrEmpty(locksmith.WindowLength) || IsDuration(locksmith.WindowLength)
            ? null
            : ClcFinding.Error("couldn't parse window length");

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

    private static bool IsWithin(string digits, out UInt128 value) => UInt128.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= 1UL << 63;

    /// <summary>Two words on the first line; more of them do not matter.</summary>
    [GeneratedRegex("^(?:[^\\S\\n])*(\\S+)(?:[^\\S\\n])+(\\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex TwoWords();

    [GeneratedRegex(@"^(?:[01]?[0-9]|2[0-3]):[0-5][0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    [GeneratedRegex(@"^([0-9]*)(?:\.([0-9]*))?([^0-9.]*)", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPart();
}
