using System.Globalization;
using System.Text.Json;
using XenKube.Files;
using System.Text.RegularExpressions;

namespace XenKube.Guests;

/// <summary>
/// Reads <c>xl list</c> and <c>xl list -l</c>. The first has states and processor time, the second disks and network cards;
/// both name a domain by its number.
/// </summary>
internal static partial class XlListParser
{
    public static IReadOnlyList<XenDomain> Parse(string table, string json)
    {
        var details = ParseDetails(json);
        return [.. ParseTable(table).Select(domain => details.TryGetValue(domain.Id, out var detail)
            ? domain with { Uuid = detail.Uuid, MacAddresses = detail.MacAddresses, Disks = detail.Disks,
                WritableDisks = detail.WritableDisks }
            : domain)];
    }

    public static IReadOnlyList<XenDomain> ParseTable(string table)
    {
        var domains = new List<XenDomain>();
        foreach (var line in table.Split('\n').Skip(1).Where(line => line.Trim().Length > 0))
        {
            // A name may have blanks in it, so the line is read from its end.
            if (Row().Match(line) is not { Success: true } row
                || !int.TryParse(row.Groups["id"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                || !long.TryParse(row.Groups["memory"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var memory)
                || !int.TryParse(row.Groups["vcpus"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var vcpus)
                || !double.TryParse(row.Groups["time"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                    out var seconds)
                || seconds > 1e11)
            {
                throw Unreadable($"the line '{Printable.Of(line)}' of its list");
            }
            var name = row.Groups["name"].Value.TrimEnd();
            var isNameless = name == "(null)";
            var letters = row.Groups["state"].Value;
            domains.Add(new XenDomain(id, isNameless ? "" : name, isNameless
                ? XenGuestState.ShuttingDown : State(letters), memory, vcpus, TimeSpan.FromSeconds(seconds)) { XlState = letters });
        }
        return domains;
    }

    /// <summary>
    /// The six places are running, blocked, paused, shut down, the reason for that (reboot, suspend, crash, watchdog, soft reset:
    /// rscwS), dying. An idle guest is blocked nearly always, and one that waits for a processor has no letter: both run.
    /// </summary>
    public static XenGuestState State(string column) => column switch
    {
        [_, _, _, _, _, 'd'] => XenGuestState.ShuttingDown,
        [_, _, _, _, 'c' or 'w', _] => XenGuestState.Crashed,
        [_, _, _, _, 'r' or 'S', _] => XenGuestState.Rebooting,
        [_, _, _, _, 's', _] => XenGuestState.Saved,
        [_, _, _, 's', ..] => XenGuestState.ShuttingDown,
        [_, _, 'p', ..] => XenGuestState.Paused,
        _ => XenGuestState.Running,
    };

    /// <summary>A domain's configuration, as xl writes it with -l and into the files of saved guests.</summary>
    public static XenDomain ParseConfig(int id, JsonElement config)
    {
        var disks = LooseJson.Items(config, "disks").Select(disk => (Path: Text(disk, "pdev_path"), Writable: IsTrue(disk, "readwrite")))
            .Where(disk => disk.Path.Length > 0).ToList();
        return new XenDomain(id, Text(LooseJson.Find(config, "c_info"), "name"), XenGuestState.Running, 0, 0, TimeSpan.Zero)
        {
            Uuid = Guid.TryParse(Text(LooseJson.Find(config, "c_info"), "uuid"), out var uuid) ? uuid : Guid.Empty,
            MacAddresses = [.. LooseJson.Items(config, "nics").Select(nic => Text(nic, "mac")).Where(mac => mac.Length > 0)],
            Disks = [.. disks.Select(disk => disk.Path)],
            WritableDisks = [.. disks.Where(disk => disk.Writable).Select(disk => disk.Path)],
        };
    }

    /// <summary>The time in the last line of <c>xl uptime NAME</c>: <c>2 days, 0:00:41</c>; null where there is none.</summary>
    public static TimeSpan? ParseUptime(string table) =>
        Uptime().Match(table) is { Success: true } match
        && int.TryParse(match.Groups["days"].Success ? match.Groups["days"].ValueSpan : "0", NumberStyles.None,
            CultureInfo.InvariantCulture, out var days) && days < 1_000_000
            ? new TimeSpan(days, Number(match.Groups["hours"]), Number(match.Groups["minutes"]), Number(match.Groups["seconds"])) : null;

    private static int Number(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static Dictionary<int, XenDomain> ParseDetails(string json)
    {
        var details = new Dictionary<int, XenDomain>();
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var domain in LooseJson.Items(document.RootElement))
            {
                if (LooseJson.Find(domain, "domid") is not { ValueKind: JsonValueKind.Number } number || !number.TryGetInt32(out var id)
                    || LooseJson.Find(domain, "config") is not { ValueKind: not JsonValueKind.Undefined } config)
                {
                    continue;
                }
                details[id] = ParseConfig(id, config);
            }
        }
        catch (JsonException e)
        {
            throw Unreadable($"its JSON ({e.Message})");
        }
        return details;
    }

    private static string Text(JsonElement element, string name) =>
        LooseJson.Find(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    // xl writes numbers, booleans and "True" for the same thing.
    private static bool IsTrue(JsonElement element, string name) => LooseJson.Find(element, name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.Number } number => number.GetDouble() != 0,
        { ValueKind: JsonValueKind.String } text => text.GetString() is "True" or "true" or "1",
        _ => false,
    };

    private static OperationFailedException Unreadable(string what) =>
        new(ErrorIds.XlOutputUnreadable, "xl list", null, $"cannot read {what}",
            "Run 'xl list' and 'xl list -l' and look; XenKube knows the output of Xen 4.11 to 4.20");

    [GeneratedRegex(@"^(?<name>.*?)\s+(?<id>\d+)\s+(?<memory>\d+)\s+(?<vcpus>\d+)\s+(?<state>[a-zA-Z-]{6})\s+(?<time>\d+(\.\d+)?)\s*$",
        RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex Row();

    [GeneratedRegex(@"\s((?<days>\d+) days?,\s+)?(?<hours>\d{1,2}):(?<minutes>\d{2}):(?<seconds>\d{2})\s*$", RegexOptions.CultureInvariant,
        PatternLimit.Milliseconds)]
    private static partial Regex Uptime();
}
