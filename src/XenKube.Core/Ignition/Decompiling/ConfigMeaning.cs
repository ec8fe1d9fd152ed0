using System.Globalization;
using System.Text.Json.Nodes;
using XenKube.Ignition.Model;
using XenKube.Ignition.Secrets;
using XenKube.Ignition.Validation;
using XenKube.Ignition.Writing;

namespace XenKube.Ignition.Decompiling;

/// <summary>
/// What a config says to the guest, however it is written: keys in any case, an empty object or list or null as good as none, contents as
/// their bytes.
/// </summary>
internal static class ConfigMeaning
{
    /// <summary>Places at which an empty object says something: that the guest should make a user or a file system.</summary>
    private static readonly HashSet<string> Meaningful = new(StringComparer.Ordinal)
    {
        "ignition.config.replace", "passwd.users.create", "storage.filesystems.mount", "storage.filesystems.mount.create",
    };

    /// <summary>The config with canonical keys, and without what says nothing.</summary>
    public static JsonObject Canonical(ReadOnlyMemory<byte> json)
    {
        using var writer = new IgnitionJsonWriter();
        var document = IgnitionDocument.Read(json);
        ConfigJson.Write(writer, document.Config);
        var config = (JsonObject)(WithoutEmpty(JsonNode.Parse(writer.WrittenSpan), "") ?? new JsonObject());
        return document.Version.StartsWith("2.", StringComparison.Ordinal) ? WithoutEmptyFiles(config) : config;
    }

    /// <summary>Where two canonical configs say something else. The version is not compared.</summary>
    public static IEnumerable<(string Path, string Note)> Differences(JsonObject wanted, JsonObject got) =>
        Differences(wanted, got, "").Where(difference => difference.Path != "ignition.version");

    private static JsonNode? WithoutEmpty(JsonNode? node, string path)
    {
        switch (node)
        {
            case JsonObject members:
                var kept = new JsonObject();
                foreach (var (name, value) in members)
                {
                    var here = path.Length == 0 ? name : $"{path}.{name}";
                    if (WithoutEmpty(value, here) is { } child && !(name == "source" && IsEmptyText(child)))
                    {
                        kept[name] = child;
                    }
                }
                return kept.Count > 0 || Meaningful.Contains(path) ? kept : null;
            case JsonArray list:
                // An entry that says nothing is still an entry.
                return list.Count == 0 ? null : new JsonArray([.. list.Select(item =>
                    WithoutEmpty(item, path) ?? (item is JsonObject ? new JsonObject() : null))]);
            default:
                return node?.DeepClone();
        }
    }

    /// <summary>Generation 2 makes an empty file, whether it has no contents or contents without a byte.</summary>
    private static JsonObject WithoutEmptyFiles(JsonObject config)
    {
        foreach (var file in config["storage"]?["files"] as JsonArray ?? [])
        {
            if (file?["contents"] is JsonObject contents
                && DecompilerContents.Unpacked(DecompilerContents.Text(contents, "source"), "") is { Length: 0 })
            {
                contents.Remove("source");
                if (contents.Count == 0)
                {
                    ((JsonObject)file).Remove("contents");
                }
            }
        }
        return config;
    }

    private static bool IsEmptyText(JsonNode node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length == 0;

    private static IEnumerable<(string Path, string Note)> Differences(JsonNode? wanted, JsonNode? got, string path)
    {
        if (JsonNode.DeepEquals(wanted, got))
        {
            return [];
        }
        if (wanted is JsonObject a && got is JsonObject b)
        {
            if (HaveSameContents(a, b))
            {
                a = WithoutContents(a);
                b = WithoutContents(b);
            }
            return a.Select(pair => pair.Key).Union(b.Select(pair => pair.Key)).SelectMany(key =>
                Differences(a[key], b[key], path.Length == 0 ? key : $"{path}.{key}"));
        }
        if (wanted is JsonArray x && got is JsonArray y && x.Count == y.Count)
        {
            return Enumerable.Range(0, x.Count).SelectMany(
                index => Differences(x[index], y[index], string.Create(CultureInfo.InvariantCulture, $"{path}.{index}")));
        }
        return [(path, $"{path}: {Shown(wanted)} becomes {Shown(got)}")];
    }

    private static bool HaveSameContents(JsonObject left, JsonObject right)
    {
        static byte[]? Bytes(JsonObject resource) => DecompilerContents.Unpacked(
            DecompilerContents.Text(resource, "source"), DecompilerContents.Text(resource, "compression"));
        return Bytes(left) is { } before && Bytes(right) is { } after && before.AsSpan().SequenceEqual(after);
    }

    private static JsonObject WithoutContents(JsonObject resource)
    {
        var rest = (JsonObject)resource.DeepClone();
        rest.Remove("source");
        rest.Remove("compression");
        return rest;
    }

    private static string Shown(JsonNode? node) => node is null ? "nothing" : Printable.Of(SecretText.Redact(node.ToJsonString()));
}
