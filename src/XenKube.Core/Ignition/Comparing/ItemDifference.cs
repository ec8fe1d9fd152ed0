using System.Globalization;
using System.Text;
using XenKube.Ignition.Model;
using XenKube.Ignition.Secrets;
using XenKube.Ignition.Summaries;

namespace XenKube.Ignition.Comparing;

/// <summary>How a thing of one config differs from the same thing of another, in words in which no secret is.</summary>
internal sealed class ItemDifference
{
    /// <summary>The most characters of a single value that are shown.</summary>
    private const int MaxShown = 200;

    private readonly ComparedItem _item;
    private readonly bool _isGone;
    private readonly List<string> _details = [];
    private readonly List<string> _diffs = [];
    private readonly List<string> _labels = [];

    private ItemDifference(ComparedItem item, bool isGone) => (_item, _isGone) = (item, isGone);

    /// <summary>The change from one thing to another; null where there is none.</summary>
    /// <param name="old">The thing before; null where there was none.</param>
    /// <param name="now">The thing after; null where there is none.</param>
    public static IgnitionChange? Of(ComparedItem? old, ComparedItem? now)
    {
        var difference = new ItemDifference((now ?? old)!, now is null);
        var before = PartsOf(old);
        var after = PartsOf(now);
        if (difference._item.Kind == "Unit")
        {
            difference.CompareStates(old?.Value, now?.Value, before, after);
        }
        // Contents last: what comes with lines of a difference is read last.
        foreach (var label in before.Keys.Union(after.Keys).OrderBy(label => (before.GetValueOrDefault(label) ?? after[label]).IsContent))
        {
            difference.Compare(label, before.GetValueOrDefault(label), after.GetValueOrDefault(label));
        }
        if (old is not null && now is not null && difference._labels.Count == 0)
        {
            return null;
        }
        return new IgnitionChange(
            old is null ? "Added" : now is null ? "Removed" : "Changed",
            difference._item.Kind,
            difference._item.Name,
            string.Join(", ", difference._details),
            string.Join('\n', difference._diffs.Where(diff => diff.Length > 0)))
        {
            Destroys = Destruction.Of(old, now, difference._labels),
        };
    }

    private static Dictionary<string, ConfigPart> PartsOf(ComparedItem? item)
    {
        var parts = new Dictionary<string, ConfigPart>(StringComparer.Ordinal);
        foreach (var part in item?.Parts ?? [])
        {
            // Keys of a user are changes of their own.
            if (part.Name != "sshAuthorizedKeys")
            {
                parts.TryAdd(part.Label, part);
            }
        }
        return parts;
    }

    /// <summary>The state says what the flags do together; if it stays, the flags are compared one by one.</summary>
    private void CompareStates(
        ConfigValue? old, ConfigValue? now, Dictionary<string, ConfigPart> before, Dictionary<string, ConfigPart> after)
    {
        var (was, becomes) = (old is null ? "" : UnitState.Of(old), now is null ? "" : UnitState.Of(now));
        if (was == becomes)
        {
            return;
        }
        Note("state", was, becomes);
        foreach (var flag in (ReadOnlySpan<string>)["mask", "enable", "enabled"])
        {
            before.Remove(flag);
            after.Remove(flag);
        }
    }

    private void Compare(string label, ConfigPart? old, ConfigPart? now)
    {
        if (old is not null && now is not null && Same(old.Value, now.Value))
        {
            return;
        }
        var part = (now ?? old)!;
        // In a list of things that were added or removed, the name of the thing is said already.
        if ((old is null || now is null) && part.Value.Type.Kind == ConfigKind.Text && part.Value.Text == _item.Key && _item.Key.Length > 0)
        {
            _labels.Add(label);
            return;
        }
        if (part.IsContent)
        {
            CompareContents(label, old, now);
        }
        else if (part.Name == "contents" && part.Value.Type.Kind == ConfigKind.Text)
        {
            CompareTexts(WhatOf(label), part, old?.Value.Text, now?.Value.Text);
        }
        else
        {
            Note(label, Shown(old), Shown(now));
        }
    }

    private void CompareContents(string label, ConfigPart? old, ConfigPart? now)
    {
        var what = label.EndsWith("contents", StringComparison.Ordinal) ? label[..^1] : label;
        var before = old is null ? [] : ResourceContent.Of(old.Value);
        var after = now is null ? [] : ResourceContent.Of(now.Value);
        if (before is null || after is null || (old is not null && now is not null && before.AsSpan().SequenceEqual(after)))
        {
            // Packed in another way, it is the same to the guest.
            if (before is null || after is null)
            {
                Note(what, Source(old, before), Source(now, after));
            }
            return;
        }
        _labels.Add(label);
        if (SecretOf((now ?? old)!) is { } secret)
        {
            Note(what, old is null ? "" : SecretPlaceholder.Of(secret, before), now is null ? "" : SecretPlaceholder.Of(secret, after));
            return;
        }
        var (was, becomes) = (
            before.Length.ToString(CultureInfo.InvariantCulture), after.Length.ToString(CultureInfo.InvariantCulture));
        _details.Add($"{what} {(old is null ? becomes : now is null ? was : $"{was} -> {becomes}")} bytes");
        _diffs.Add(Diff(TextOf(before), TextOf(after)));
    }

    private void CompareTexts(string what, ConfigPart part, string? before, string? after)
    {
        _labels.Add(part.Label);
        _details.Add(_isGone ? what : before is null ? $"{what} added" : after is null ? $"{what} removed" : $"{what} changed");
        _diffs.Add(Diff(before, after));
    }

    private void Note(string what, string old, string now)
    {
        _labels.Add(what);
        what = Printable.Name(SecretText.Redact(what));
        _details.Add(
            _isGone ? $"{what} {old}"
            : old.Length == 0 ? $"{what} {now}"
            : now.Length == 0 ? $"no {what}, was {old}"
            : $"{what} {old} -> {now}");
    }

    private string? SecretOf(ConfigPart part) =>
        part.Secret ?? (_item.Kind == "File" && SecretNames.IsSecretFile(_item.Key) ? SecretKind.Content : null);

    private static string WhatOf(string label) =>
        label.StartsWith("dropins[", StringComparison.Ordinal) && label.EndsWith("].contents", StringComparison.Ordinal)
            ? "drop-in " + Printable.Name(label["dropins[".Length..^"].contents".Length])
            : label;

    private static string Source(ConfigPart? part, byte[]? content)
    {
        if (part is null)
        {
            return "";
        }
        if (content is not null)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{content.Length} bytes");
        }
        var packed = part.Value["compression"].Text is { Length: > 0 } compression ? $" ({Printable.Of(compression)})" : "";
        var source = part.Value["source"].Text;
        return $"from {(part.Secret is { } secret ? SecretPlaceholder.Of(secret, source) : Plain(source))}{packed}";
    }

    private static string Shown(ConfigPart? part) => part switch
    {
        null => "",
        { Secret: { } secret } => SecretPlaceholder.Of(secret, string.Join('\n', TextsOf(part.Value))),
        { Value.Type.Kind: ConfigKind.Object } => "given",
        { Value.Type.Kind: ConfigKind.Number, Name: "mode" } => OctalMode.Of(part.Value.Number),
        { Value.Type.Kind: ConfigKind.Text, Value.Text.Length: 0 } => "''",
        _ => string.Join(' ', TextsOf(part.Value).Select(Plain)),
    };

    private static IEnumerable<string> TextsOf(ConfigValue value) => value.Type.Kind switch
    {
        ConfigKind.List => value.Items.SelectMany(TextsOf),
        ConfigKind.Number => [value.Number.ToString(CultureInfo.InvariantCulture)],
        ConfigKind.Flag => [value.Flag ? "true" : "false"],
        _ => [value.Text],
    };

    private static string Plain(string text) => Printable.Of(SecretText.Redact(text), MaxShown);

    private static bool Same(ConfigValue old, ConfigValue now)
    {
        if (old.Type.Kind != now.Type.Kind)
        {
            return false;
        }
        return old.Type.Kind switch
        {
            ConfigKind.Object when ConfigPart.IsResource(old.Type) =>
                old["source"].Text == now["source"].Text && old["compression"].Text == now["compression"].Text,
            ConfigKind.Object => true,
            ConfigKind.List => old.Items.Count == now.Items.Count && old.Items.Zip(now.Items).All(pair => Same(pair.First, pair.Second)),
            ConfigKind.Number => old.Number == now.Number,
            ConfigKind.Flag => old.Flag == now.Flag,
            _ => old.Text == now.Text,
        };
    }

    private static string Diff(string? before, string? after) =>
        Printable.Lines(TextDiff.Hunks(SecretText.Redact(before), SecretText.Redact(after)).TrimEnd('\n'));

    /// <summary>The text of a content, or null where it is none.</summary>
    private static string? TextOf(byte[] content) =>
        System.Text.Unicode.Utf8.IsValid(content) && !content.AsSpan().Contains((byte)0) ? Encoding.UTF8.GetString(content) : null;
}
