using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Summaries;

/// <summary>What an Ignition config of either generation makes of a guest.</summary>
/// <param name="Version">The Ignition version.</param>
/// <param name="Files">The files.</param>
/// <param name="Directories">The directories.</param>
/// <param name="Links">The links.</param>
/// <param name="Units">The systemd and networkd units.</param>
/// <param name="Users">The users.</param>
public sealed record IgnitionSummary(
    string Version,
    IReadOnlyList<IgnitionFile> Files,
    IReadOnlyList<IgnitionDirectory> Directories,
    IReadOnlyList<IgnitionLink> Links,
    IReadOnlyList<IgnitionUnit> Units,
    IReadOnlyList<IgnitionUser> Users)
{
    /// <summary>More than this is not unpacked to learn a file's size.</summary>
    private const int MaxUnpacked = 64 * 1024 * 1024;

    /// <summary>A config that does nothing.</summary>
    public static IgnitionSummary Empty { get; } = new("", [], [], [], [], []);

    /// <summary>Reads a config. Parts that are not what Ignition wants are passed over; validating is another matter.</summary>
    /// <param name="json">The JSON.</param>
    /// <returns>What it makes of a guest.</returns>
    /// <exception cref="InvalidInputException">The text is not a JSON object.</exception>
    public static IgnitionSummary Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidInputException(
                    ErrorIds.IgnitionVersionMissing, null, null, "the JSON is not an object, so it is not an Ignition config");
            }
            return new IgnitionSummary(
                Text(At(root, "ignition"), "version"),
                Each(At(root, "storage"), "files", ReadFile),
                Each(At(root, "storage"), "directories", item => new IgnitionDirectory(Text(item, "path"), Mode(item), Owner(item))),
                Each(At(root, "storage"), "links", item => new IgnitionLink(
                    Text(item, "path"), Text(item, "target"), Flag(item, "hard") == true)),
                [.. Each(At(root, "systemd"), "units", ReadUnit), .. Each(At(root, "networkd"), "units", ReadUnit)],
                Each(At(root, "passwd"), "users", ReadUser));
        }
        catch (JsonException e)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"line {e.LineNumber + 1}");
            throw new InvalidInputException(ErrorIds.IgnitionVersionMissing, null, place, "this is not JSON", innerException: e);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidInputException(
                ErrorIds.IgnitionVersionMissing, null, null, "a text in it is not valid Unicode", innerException: e);
        }
    }

    private static JsonElement At(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var child) ? child : default;

    private static string Text(JsonElement parent, string name) =>
        At(parent, name) is { ValueKind: JsonValueKind.String } child ? child.GetString()! : "";

    private static bool? Flag(JsonElement parent, string name) => At(parent, name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static List<T> Each<T>(JsonElement parent, string name, Func<JsonElement, T> read) =>
        At(parent, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(read)] : [];

    private static List<string> Texts(JsonElement parent, string name) =>
        Each(parent, name, item => item.ValueKind == JsonValueKind.String ? item.GetString()! : "");

    private static string Mode(JsonElement node) =>
        At(node, "mode") is { ValueKind: JsonValueKind.Number } mode && mode.TryGetInt32(out var value)
            ? Convert.ToString(value, 8).PadLeft(4, '0')
            : "";

    private static string Owner(JsonElement node)
    {
        var (user, group) = (Name(At(node, "user")), Name(At(node, "group")));
        return user.Length + group.Length == 0 ? "" : $"{(user.Length > 0 ? user : "root")}:{(group.Length > 0 ? group : "root")}";

        static string Name(JsonElement owner) =>
            At(owner, "id") is { ValueKind: JsonValueKind.Number } id ? id.GetRawText() : Text(owner, "name");
    }

    private static IgnitionFile ReadFile(JsonElement file)
    {
        var contents = At(file, "contents");
        var source = Text(contents, "source");
        var compression = Text(contents, "compression");
        byte[]? content = source.Length == 0 ? [] : null;
        if (source.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            content = DataUrl.Decode(source, out _);
            content = compression == "gzip" && content is not null ? Unpack(content) : content;
        }
        var manner = (Flag(file, "append"), Flag(file, "overwrite")) switch
        {
            (true, _) => "append",
            (_, true) => "overwrite",
            (_, false) => "keep",
            _ => "",
        };
        return new IgnitionFile(
            Text(file, "path"), Mode(file), Owner(file), content?.Length, content is null ? source : null, Text(file, "filesystem"))
        {
            Content = content,
            Manner = manner,
        };
    }

    private static byte[]? Unpack(byte[] packed)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var content = new MemoryStream();
            var buffer = new byte[81920];
            for (int count; (count = gzip.Read(buffer)) > 0;)
            {
                if (content.Length + count > MaxUnpacked)
                {
                    return null;
                }
                content.Write(buffer, 0, count);
            }
            return content.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static IgnitionUnit ReadUnit(JsonElement unit)
    {
        var contents = Text(unit, "contents");
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (contents.Length > 0)
        {
            texts[""] = contents;
        }
        var dropins = new List<string>();
        foreach (var (name, text) in Each(unit, "dropins", dropin => (Text(dropin, "name"), Text(dropin, "contents"))))
        {
            dropins.Add(name);
            texts[name] = text;
        }
        var state = Flag(unit, "mask") == true ? "masked"
            : Flag(unit, "enabled") is { } enabled ? enabled ? "enabled" : "disabled"
            : Flag(unit, "enable") == true ? "enabled"
            : "unchanged";
        return new IgnitionUnit(Text(unit, "name"), state, contents.Length > 0, dropins) { Texts = texts };
    }

    private static IgnitionUser ReadUser(JsonElement user) => new(
        Text(user, "name"),
        Text(user, "passwordHash").Length > 0,
        Texts(user, "groups"),
        [.. Texts(user, "sshAuthorizedKeys").Select(SshKey.Read)]);
}
