using System.Globalization;
using System.Text;
using XenKube.Ignition.Summaries;

namespace XenKube.Ignition.Comparing;

/// <summary>The differences for a guest that ignites with a new config in place of the old one.</summary>
/// <param name="Changes">The changes: files, directories, links, units, users and their keys.</param>
public sealed record IgnitionComparison(IReadOnlyList<IgnitionChange> Changes)
{
    /// <summary>Whether nothing changes.</summary>
    public bool IsEmpty => Changes.Count == 0;

    /// <inheritdoc/>
    public override string ToString() => IsEmpty ? "no change" : string.Join('\n', Changes);

    /// <summary>Compares two configs, of the same generation or not.</summary>
    /// <param name="before">The old JSON; null where there is none yet.</param>
    /// <param name="after">The new JSON; null where the config is taken away.</param>
    /// <returns>The changes.</returns>
    /// <exception cref="InvalidInputException">One of them is not a JSON object.</exception>
    public static IgnitionComparison Compare(ReadOnlyMemory<byte>? before, ReadOnlyMemory<byte>? after)
    {
        var old = before is { } a ? IgnitionSummary.Read(a) : IgnitionSummary.Empty;
        var now = after is { } b ? IgnitionSummary.Read(b) : IgnitionSummary.Empty;
        var changes = new List<IgnitionChange>();
        Pair(old.Files, now.Files, file => (file.Filesystem, file.Path), (x, y) => CompareFiles(x, y), changes);
        Pair(old.Directories, now.Directories, directory => directory.Path, CompareDirectories, changes);
        Pair(old.Links, now.Links, link => link.Path, CompareLinks, changes);
        Pair(old.Units, now.Units, unit => unit.Name, CompareUnits, changes);
        Pair(old.Users, now.Users, user => user.Name, CompareUsers, changes);
        foreach (var user in old.Users.Select(user => user.Name).Union(now.Users.Select(user => user.Name)).ToList())
        {
            CompareKeys(user, KeysOf(old, user), KeysOf(now, user), changes);
        }
        return new IgnitionComparison(changes);
    }

    /// <summary>Pairs the things of both sides that have the same key, the first with the first where there are several.</summary>
    private static void Pair<T, TKey>(
        IReadOnlyList<T> old, IReadOnlyList<T> now, Func<T, TKey> key, Func<T?, T?, IgnitionChange?> compare, List<IgnitionChange> changes)
        where T : class
        where TKey : notnull
    {
        var before = old.ToLookup(key);
        var after = now.ToLookup(key);
        foreach (var name in before.Select(group => group.Key).Union(after.Select(group => group.Key)))
        {
            var (left, right) = (before[name].ToList(), after[name].ToList());
            for (var index = 0; index < Math.Max(left.Count, right.Count); index++)
            {
                if (compare(left.ElementAtOrDefault(index), right.ElementAtOrDefault(index)) is { } change)
                {
                    changes.Add(change);
                }
            }
        }
    }

    private static IgnitionChange? CompareFiles(IgnitionFile? old, IgnitionFile? now)
    {
        var path = (old ?? now)!.Path;
        if (old is null || now is null)
        {
            return new IgnitionChange(
                old is null ? "Added" : "Removed",
                "File",
                path,
                Describe((now ?? old)!),
                Diff(Text(old?.Content), Text(now?.Content)));
        }
        var details = new List<string>();
        Note(details, "mode", old.Mode, now.Mode);
        Note(details, "owner", old.Owner, now.Owner);
        Note(details, "written", old.Manner, now.Manner);
        Note(details, "source", old.Source ?? "", now.Source ?? "");
        var diff = "";
        if (old.Content is not null && now.Content is not null && !old.Content.AsSpan().SequenceEqual(now.Content))
        {
            details.Add(string.Create(CultureInfo.InvariantCulture, $"content {old.Content.Length} -> {now.Content.Length} bytes"));
            diff = Diff(Text(old.Content), Text(now.Content));
        }
        return details.Count == 0 ? null : new IgnitionChange("Changed", "File", path, string.Join(", ", details), diff);
    }

    private static string Diff(string? before, string? after) => TextDiff.Hunks(before, after).TrimEnd('\n');

    private static string Describe(IgnitionFile file)
    {
        var size = file.Size is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes") : "from " + file.Source;
        return string.Join(", ", new[] { file.Mode, file.Owner, size }.Where(part => part.Length > 0));
    }

    private static IgnitionChange? CompareDirectories(IgnitionDirectory? old, IgnitionDirectory? now)
    {
        var details = new List<string>();
        Note(details, "mode", old?.Mode ?? "", now?.Mode ?? "");
        Note(details, "owner", old?.Owner ?? "", now?.Owner ?? "");
        return Change("Directory", (old ?? now)!.Path, old is null, now is null, details);
    }

    private static IgnitionChange? CompareLinks(IgnitionLink? old, IgnitionLink? now)
    {
        var details = new List<string>();
        Note(details, "target", old?.Target ?? "", now?.Target ?? "");
        if (old is not null && now is not null && old.IsHard != now.IsHard)
        {
            details.Add(now.IsHard ? "becomes a hard link" : "becomes a symbolic link");
        }
        return Change("Link", (old ?? now)!.Path, old is null, now is null, details);
    }

    private static IgnitionChange? CompareUnits(IgnitionUnit? old, IgnitionUnit? now)
    {
        var details = new List<string>();
        Note(details, "state", old?.State ?? "", now?.State ?? "");
        var diffs = new List<string>();
        foreach (var name in (old?.Texts.Keys ?? []).Union(now?.Texts.Keys ?? []))
        {
            var (before, after) = (old?.Texts.GetValueOrDefault(name), now?.Texts.GetValueOrDefault(name));
            if (before == after)
            {
                continue;
            }
            var what = name.Length == 0 ? "contents" : "drop-in " + name;
            details.Add(before is null ? what + " added" : after is null ? what + " removed" : what + " changed");
            diffs.Add(Diff(before, after));
        }
        return Change(
            "Unit", (old ?? now)!.Name, old is null, now is null, details, string.Join('\n', diffs.Where(diff => diff.Length > 0)));
    }

    private static IgnitionChange? CompareUsers(IgnitionUser? old, IgnitionUser? now)
    {
        var details = new List<string>();
        if ((old?.HasPassword ?? false) != (now?.HasPassword ?? false))
        {
            details.Add(now?.HasPassword == true ? "password set" : "password no longer set");
        }
        Note(details, "groups", string.Join(' ', old?.Groups ?? []), string.Join(' ', now?.Groups ?? []));
        return Change("User", (old ?? now)!.Name, old is null, now is null, details);
    }

    private static void CompareKeys(string user, IReadOnlyList<SshKey> old, IReadOnlyList<SshKey> now, List<IgnitionChange> changes)
    {
        foreach (var key in old.Where(key => !now.Any(other => Same(key, other))))
        {
            changes.Add(new IgnitionChange("Removed", "Key", key.ToString(), $"of {user} {key.Comment}".TrimEnd(), ""));
        }
        foreach (var key in now.Where(key => !old.Any(other => Same(key, other))))
        {
            changes.Add(new IgnitionChange("Added", "Key", key.ToString(), $"of {user} {key.Comment}".TrimEnd(), ""));
        }

        static bool Same(SshKey a, SshKey b) => a.Fingerprint.Length > 0 ? a.Fingerprint == b.Fingerprint : a.Text == b.Text;
    }

    private static List<SshKey> KeysOf(IgnitionSummary summary, string user) =>
        [.. summary.Users.Where(candidate => candidate.Name == user).SelectMany(candidate => candidate.Keys)];

    private static IgnitionChange? Change(string kind, string name, bool isNew, bool isGone, List<string> details, string diff = "") =>
        isNew ? new IgnitionChange("Added", kind, name, string.Join(", ", details), diff)
        : isGone ? new IgnitionChange("Removed", kind, name, "", diff)
        : details.Count > 0 ? new IgnitionChange("Changed", kind, name, string.Join(", ", details), diff)
        : null;

    private static void Note(List<string> details, string what, string old, string now)
    {
        if (old != now)
        {
            details.Add(old.Length == 0 ? $"{what} {now}" : now.Length == 0 ? $"no {what}, was {old}" : $"{what} {old} -> {now}");
        }
    }

    /// <summary>The text of a content, or null where it is none.</summary>
    private static string? Text(byte[]? content) =>
        content is not null && System.Text.Unicode.Utf8.IsValid(content) && !content.AsSpan().Contains((byte)0)
            ? Encoding.UTF8.GetString(content)
            : null;
}
