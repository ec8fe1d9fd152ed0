using XenKube.Ignition.Secrets;
using XenKube.Ignition.Summaries;
using XenKube.Ignition.Validation;

namespace XenKube.Ignition.Comparing;

/// <summary>
/// The differences for a guest that ignites with a new config in place of the old one. Every field of every version is compared, by
/// the tables of types; no secret is in the result.
/// </summary>
/// <param name="Changes">The changes: disks, files, units, users and their keys, and everything else.</param>
public sealed record IgnitionComparison(IReadOnlyList<IgnitionChange> Changes)
{
    /// <summary>Whether nothing changes.</summary>
    public bool IsEmpty => Changes.Count == 0;

    /// <summary>Whether something is destroyed: wiped, recreated or removed.</summary>
    public bool IsDestructive => Changes.Any(change => change.IsDestructive);

    /// <inheritdoc/>
    public override string ToString() => IsEmpty ? "no change" : string.Join('\n', Changes);

    /// <summary>Compares two configs, of the same version or not.</summary>
    /// <param name="before">The old JSON; null where there is none yet.</param>
    /// <param name="after">The new JSON; null where the config is taken away.</param>
    /// <returns>The changes.</returns>
    /// <exception cref="InvalidInputException">One of them is not a JSON object.</exception>
    public static IgnitionComparison Compare(ReadOnlyMemory<byte>? before, ReadOnlyMemory<byte>? after)
    {
        if (before is { } left && after is { } right && left.Span.SequenceEqual(right.Span))
        {
            return new IgnitionComparison([]);
        }
        var old = before is { } a ? ItemsOf(a) : [];
        var now = after is { } b ? ItemsOf(b) : [];
        if (before is null || after is null)
        {
            // The version alone does nothing.
            old.RemoveAll(IsVersion);
            now.RemoveAll(IsVersion);
        }
        var changes = new List<IgnitionChange>();
        Pair(old, now, changes);
        CompareOrder(old, now, changes);
        CompareKeys(old, now, changes);
        return new IgnitionComparison(changes);
    }

    private static List<ComparedItem> ItemsOf(ReadOnlyMemory<byte> json) => ComparedItem.Of(IgnitionDocument.Read(json).Config);

    private static bool IsVersion(ComparedItem item) => item is { Kind: ComparedItem.Setting, Place: "ignition" or "" };

    /// <summary>Pairs the things of both sides that have the same key, the first with the first where there are several.</summary>
    private static void Pair(List<ComparedItem> old, List<ComparedItem> now, List<IgnitionChange> changes)
    {
        var before = old.ToLookup(item => (item.Place, item.Key));
        var after = now.ToLookup(item => (item.Place, item.Key));
        var places = old.Concat(now).Select(item => item.Place).Distinct().Index().ToDictionary(place => place.Item, place => place.Index);
        var keys = before.Select(group => group.Key).Union(after.Select(group => group.Key)).OrderBy(key => places[key.Place]);
        foreach (var key in keys)
        {
            var (left, right) = (before[key].ToList(), after[key].ToList());
            for (var index = 0; index < Math.Max(left.Count, right.Count); index++)
            {
                if (ItemDifference.Of(left.ElementAtOrDefault(index), right.ElementAtOrDefault(index)) is { } change)
                {
                    changes.Add(change);
                }
            }
        }
    }

    /// <summary>Of configs that are merged, a later one wins: another order is another config.</summary>
    private static void CompareOrder(List<ComparedItem> old, List<ComparedItem> now, List<IgnitionChange> changes)
    {
        foreach (var place in old.Where(item => item.Kind == "Config").Select(item => item.Place).Distinct())
        {
            var (before, after) = (Keys(old, place), Keys(now, place));
            if (!before.Where(after.Contains).SequenceEqual(after.Where(before.Contains)))
            {
                changes.Add(new IgnitionChange("Changed", ComparedItem.Setting, place, "order", ""));
            }
        }

        static List<string> Keys(List<ComparedItem> items, string place) =>
            [.. items.Where(item => item.Place == place).Select(item => item.Key).Distinct()];
    }

    /// <summary>The lines of users' authorized_keys, each a change of its own: who may log in is what one wants to see.</summary>
    private static void CompareKeys(List<ComparedItem> old, List<ComparedItem> now, List<IgnitionChange> changes)
    {
        foreach (var user in old.Concat(now).Where(item => item.Kind == "User").Select(item => item.Key).Distinct().ToList())
        {
            var (before, after) = (KeysOf(old, user), KeysOf(now, user));
            foreach (var line in before.Intersect(after).ToList())
            {
                var kept = Math.Min(before.Count(key => key == line), after.Count(key => key == line));
                for (var i = 0; i < kept; i++)
                {
                    before.Remove(line);
                    after.Remove(line);
                }
            }
            CompareKeys(user, [.. before.Select(SshKey.Read)], [.. after.Select(SshKey.Read)], changes);
        }
    }

    private static void CompareKeys(string user, List<SshKey> old, List<SshKey> now, List<IgnitionChange> changes)
    {
        foreach (var key in old)
        {
            if (key.Fingerprint.Length > 0 && now.Find(other => other.Fingerprint == key.Fingerprint) is { } same)
            {
                now.Remove(same);
                changes.Add(new IgnitionChange("Changed", "Key", key.ToString(), Detail(user, $"{Around(key)} -> {Around(same)}"), "")
                {
                    // Options restrict what a key may do: without them it may do more, with them less.
                    Destroys = same.Options.Length < key.Options.Length ? "removes options" : "",
                });
            }
            else
            {
                changes.Add(new IgnitionChange("Removed", "Key", key.ToString(), Detail(user, key.Comment), "") { Destroys = "removed" });
            }
        }
        foreach (var key in now)
        {
            changes.Add(new IgnitionChange(
                "Added", "Key", key.ToString(), Detail(user, key.Options.Length > 0 ? Around(key) : key.Comment), ""));
        }
    }

    private static string Around(SshKey key) => $"'{key.Options}{(key.Options.Length > 0 ? " " : "")}… {key.Comment}".TrimEnd() + "'";

    private static string Detail(string user, string text) =>
        Printable.Name(SecretText.Redact($"of {user} {text}").TrimEnd());

    private static List<string> KeysOf(List<ComparedItem> items, string user) =>
    [
        .. items.Where(item => item.Kind == "User" && item.Key == user)
            .SelectMany(item => item.Value["sshAuthorizedKeys"].Items)
            .Select(key => key.Text),
    ];
}
