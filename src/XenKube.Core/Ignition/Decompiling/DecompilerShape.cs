using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Decompiling;

/// <summary>Puts Ignition's JSON into the shape of a config language: its key names, its contents of files, its sizes.</summary>
internal static class DecompilerShape
{
    private const long SectorSize = 512;

    /// <summary>The shaped copy of a value; null where the language has no need of it.</summary>
    public static JsonNode? Shape(JsonNode? node, string path, bool isButane, bool readable) => node switch
    {
        JsonObject contents when !isButane && path.EndsWith("files.contents", StringComparison.Ordinal) => Contents(contents, readable),
        JsonObject contents when isButane && contents.ContainsKey("source") => Resource(contents, path, readable),
        JsonObject verification when !isButane && path.EndsWith("verification", StringComparison.Ordinal) => Verification(verification),
        JsonObject mapping => Mapping(mapping, path, isButane, readable),
        JsonArray list => new JsonArray(
            [.. list.Select(item => Shape(item, path, isButane, readable) ?? (item is JsonObject ? new JsonObject() : null))]),
        _ => node?.DeepClone(),
    };

    private static JsonObject? Mapping(JsonObject mapping, string path, bool isButane, bool readable)
    {
        var shaped = new JsonObject();
        foreach (var (key, value) in mapping)
        {
            var here = path.Length == 0 ? key : path + "." + key;
            if (here == "ignition.version")
            {
                continue;
            }
            var isSize = !isButane && path == "storage.disks.partitions" && key is "size" or "start" && !isButane;
            var child = isSize ? Size(value)
                : !isButane && here is "passwd.groups.gid" or "passwd.users.create.uid" && !isButane ? Unsigned(value)
                : Shape(value, here, isButane, readable);
            if (child is not null || value is null)
            {
                shaped[SnakeCase(key)] = child;
            }
        }
        // Objects that are always there say nothing; those that may be absent do, be they empty.
        return shaped.Count > 0 || path.Length == 0 || IsMeaningful(path, isButane) ? shaped : null;
    }

    private static bool IsMeaningful(string path, bool isButane) =>
        isButane
        || path is "ignition.config.replace" or "passwd.users.create" or "storage.filesystems.mount" or "storage.filesystems.mount.create"
        || path.EndsWith(".user", StringComparison.Ordinal) || path.EndsWith(".group", StringComparison.Ordinal);

    /// <summary>A number from 0 on in the config, which the JSON has as the signed number of the same bits.</summary>
    private static JsonNode? Unsigned(JsonNode? value) =>
        value is JsonValue number && number.TryGetValue<long>(out var bits) && bits < 0
            ? JsonValue.Create(unchecked((ulong)bits))
            : value?.DeepClone();

    private static JsonValue Size(JsonNode? value)
    {
        var sectors = value is JsonValue number && number.TryGetValue<long>(out var count) ? count : 0;
        foreach (var (unit, size) in ((string, long)[])[("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10)])
        {
            if (sectors > 0 && sectors % (size / SectorSize) == 0)
            {
                return JsonValue.Create(string.Create(CultureInfo.InvariantCulture, $"{sectors / (size / SectorSize)}{unit}"));
            }
        }
        return JsonValue.Create(string.Create(CultureInfo.InvariantCulture, $"{sectors * SectorSize}B"));
    }

    private static JsonObject? Contents(JsonObject contents, bool readable)
    {
        var source = Text(contents, "source");
        var shaped = new JsonObject();
        var remote = new JsonObject();
        if (readable && InlineText(source) is { } text)
        {
            if (text.Length > 0)
            {
                shaped["inline"] = text;
            }
        }
        else if (source.Length > 0)
        {
            remote["url"] = source;
        }
        if (Text(contents, "compression") is { Length: > 0 } compression)
        {
            remote["compression"] = compression;
        }
        if (contents["verification"] is JsonObject verification && Verification(verification) is { } shapedVerification)
        {
            remote["verification"] = shapedVerification;
        }
        if (remote.Count > 0)
        {
            shaped["remote"] = remote;
        }
        return shaped.Count > 0 ? shaped : null;
    }

    private static JsonObject Resource(JsonObject resource, string path, bool readable)
    {
        var shaped = new JsonObject();
        foreach (var (key, value) in resource)
        {
            if (key == "source" && readable && Text(resource, "compression").Length == 0 && resource.ContainsKey("compression")
                && InlineText(Text(resource, "source")) is { } text)
            {
                shaped["inline"] = text;
            }
            else if (!(key == "compression" && readable && Text(resource, "compression").Length == 0))
            {
                shaped[SnakeCase(key)] = Shape(value, path + "." + key, isButane: true, readable);
            }
        }
        return shaped;
    }

    private static JsonObject? Verification(JsonObject verification)
    {
        var hash = Text(verification, "hash");
        var dash = hash.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? null : new JsonObject
        {
            ["hash"] = new JsonObject { ["function"] = hash[..dash], ["sum"] = hash[(dash + 1)..] },
        };
    }

    /// <summary>The text of a data URL, if it is one that the text becomes again.</summary>
    private static string? InlineText(string source)
    {
        if (!source.StartsWith("data:", StringComparison.Ordinal) || DataUrl.Decode(source, out _) is not { } bytes
            || !System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return null;
        }
        return source == DataUrl.Encode(bytes) || source.StartsWith("data:;base64,", StringComparison.Ordinal)
            ? Encoding.UTF8.GetString(bytes)
            : null;
    }

    private static string Text(JsonObject parent, string name) =>
        parent[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";

    /// <summary><c>sshAuthorizedKeys</c> is <c>ssh_authorized_keys</c>, <c>sizeMiB</c> is <c>size_mib</c>.</summary>
    private static string SnakeCase(string key)
    {
        var snake = new StringBuilder(key.Length + 4);
        for (var index = 0; index < key.Length; index++)
        {
            var c = key[index];
            if (char.IsAsciiLetterUpper(c) && index > 0 && !key.AsSpan(index).StartsWith("B", StringComparison.Ordinal))
            {
                snake.Append('_');
            }
            snake.Append(char.ToLowerInvariant(c));
        }
        return snake.ToString();
    }
}
