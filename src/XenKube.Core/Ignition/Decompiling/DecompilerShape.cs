using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace XenKube.Ignition.Decompiling;

/// <summary>Puts Ignition's JSON into the shape of a config language: its key names, its contents of files, its sizes.</summary>
/// <param name="contents">Says which contents are written as text.</param>
/// <param name="isButane">Whether the language is Butane's.</param>
internal sealed class DecompilerShape(DecompilerContents contents, bool isButane)
{
    private const long SectorSize = 512;

    /// <summary>The shaped copy of a value; null where the language has no need of it.</summary>
    /// <param name="node">The value.</param>
    /// <param name="path">The keys to it.</param>
    /// <param name="place">The keys to it, with the numbers of entries of lists.</param>
    public JsonNode? Shape(JsonNode? node, string path, string place) => node switch
    {
        JsonObject resource when !isButane && path.EndsWith("files.contents", StringComparison.Ordinal) => Contents(resource, place),
        JsonObject resource when isButane && resource.ContainsKey("source") => Resource(resource, path, place),
        JsonObject verification when !isButane && path.EndsWith("verification", StringComparison.Ordinal) => Verification(verification),
        JsonObject mapping => Mapping(mapping, path, place),
        JsonArray list => new JsonArray(
        [
            .. list.Select((item, index) =>
                Shape(item, path, string.Create(CultureInfo.InvariantCulture, $"{place}.{index}"))
                    ?? (item is JsonObject ? new JsonObject() : null)),
        ]),
        _ => node?.DeepClone(),
    };

    private JsonObject? Mapping(JsonObject mapping, string path, string place)
    {
        var shaped = new JsonObject();
        foreach (var (key, value) in mapping)
        {
            var here = path.Length == 0 ? key : path + "." + key;
            if (here == "ignition.version")
            {
                continue;
            }
            var child = !isButane && path == "storage.disks.partitions" && key is "size" or "start" ? Size(value)
                : !isButane && here is "passwd.groups.gid" or "passwd.users.create.uid" ? Unsigned(value)
                : Shape(value, here, place.Length == 0 ? key : $"{place}.{key}");
            if (child is not null || value is null)
            {
                shaped[SnakeCase(key)] = child;
            }
        }
        // Objects that are always there say nothing; those that may be absent do, be they empty.
        return shaped.Count > 0 || path.Length == 0 || IsMeaningful(path) ? shaped : null;
    }

    private bool IsMeaningful(string path) =>
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

    private JsonObject? Contents(JsonObject resource, string place)
    {
        var source = DecompilerContents.Text(resource, "source");
        var shaped = new JsonObject();
        var remote = new JsonObject();
        var text = contents.InlineText(resource, place);
        if (text is { Length: > 0 })
        {
            shaped["inline"] = text;
        }
        else if (text is null && source.Length > 0)
        {
            remote["url"] = source;
        }
        if (text is null && DecompilerContents.Text(resource, "compression") is { Length: > 0 } compression)
        {
            remote["compression"] = compression;
        }
        if (resource["verification"] is JsonObject verification && Verification(verification) is { } shapedVerification)
        {
            remote["verification"] = shapedVerification;
        }
        if (remote.Count > 0)
        {
            shaped["remote"] = remote;
        }
        return shaped.Count > 0 ? shaped : null;
    }

    private JsonObject Resource(JsonObject resource, string path, string place)
    {
        var shaped = new JsonObject();
        var text = contents.InlineText(resource, place);
        foreach (var (key, value) in resource)
        {
            if (key == "source" && text is not null)
            {
                shaped["inline"] = text;
            }
            else if (!(key == "compression" && text is not null))
            {
                shaped[SnakeCase(key)] = Shape(value, path + "." + key, $"{place}.{key}");
            }
        }
        return shaped;
    }

    private static JsonObject? Verification(JsonObject verification)
    {
        var hash = DecompilerContents.Text(verification, "hash");
        var dash = hash.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? null : new JsonObject
        {
            ["hash"] = new JsonObject { ["function"] = hash[..dash], ["sum"] = hash[(dash + 1)..] },
        };
    }

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
