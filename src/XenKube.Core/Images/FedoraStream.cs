using System.Globalization;
using System.Text.Json;

namespace XenKube.Images;

/// <summary>
/// The metadata of Fedora CoreOS: the stream (<c>streams/stable.json</c>), its releases and each release (coreos/stream-metadata-go,
/// stream/stream.go and release/release.go). Images are named by their whole addresses there; on a mirror they have the same paths.
/// </summary>
internal static class FedoraStream
{
    /// <summary>Fedora's own server.</summary>
    public const string Server = "https://builds.coreos.fedoraproject.org";

    /// <summary>The largest metadata that is read, in bytes; a stream has some ten thousand.</summary>
    public const int Largest = 8 << 20;

    private const string Format = "raw.xz";

    /// <summary>Where the metadata of a stream's newest release are.</summary>
    public static string PathOfStream(string stream) => $"streams/{stream}.json";

    /// <summary>Where the list of a stream's releases is.</summary>
    public static string PathOfReleases(string stream) => $"prod/streams/{stream}/releases.json";

    /// <summary>Where the metadata of a release are.</summary>
    public static string PathOfRelease(string stream, string version) => $"prod/streams/{stream}/builds/{version}/release.json";

    /// <summary>The processor's name in the metadata.</summary>
    /// <param name="board">A board as Flatcar names it, or the processor's name itself.</param>
    public static string ArchitectureOf(string board) => board switch
    {
        "amd64-usr" or "amd64" => "x86_64",
        "arm64-usr" or "arm64" => "aarch64",
        _ => board,
    };

    /// <summary>The image of a stream.</summary>
    /// <param name="json">The metadata.</param>
    /// <param name="architecture">The processor.</param>
    /// <param name="source">Where they are from, for errors.</param>
    /// <param name="mirror">Where images are looked for.</param>
    public static FedoraImage ReadStream(byte[] json, string architecture, Uri source, string mirror) => Read(json, source, root =>
    {
        var metal = Get(root, "architectures", architecture, "artifacts", "metal");
        return Image(Text(metal, "release"), Get(metal, "formats", Format, "disk"), mirror);
    });

    /// <summary>The image of a release.</summary>
    /// <inheritdoc cref="ReadStream" path="/param"/>
    public static FedoraImage ReadRelease(byte[] json, string architecture, Uri source, string mirror) => Read(json, source, root =>
        Image(Text(root, "release"), Get(root, "architectures", architecture, "media", "metal", "artifacts", Format, "disk"), mirror));

    /// <summary>The versions of a stream's releases, oldest first, as the list has them.</summary>
    public static IReadOnlyList<string> ReadReleases(byte[] json, Uri source) => Read(json, source, root =>
        Get(root, "releases").EnumerateArray().Select(release => Text(release, "version")).Where(ReleaseVersion.IsValid).ToList());

    private static T Read<T>(byte[] json, Uri source, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new OperationFailedException(ErrorIds.ServerReplyInvalid, source.ToString(), null,
                $"these are not the metadata of Fedora CoreOS: {Printable.Of(e.Message)}",
                $"Check stream and board, or name another server with {RemedyActionKind.BaseUriOption}", e);
        }
    }

    private static FedoraImage Image(string version, JsonElement disk, string mirror)
    {
        var location = Text(disk, "location");
        var path = PathOf(location, mirror) ?? PathOf(location, Server)
            ?? throw new FormatException($"the image is at another place, {location}");
        return ReleaseVersion.IsValid(version) ? new FedoraImage(version, path, Digest(disk, "sha256"), Digest(disk, "uncompressed-sha256"))
            : throw new FormatException($"'{version}' is not a release");
    }

    // Only what can be neither a way out of the mirror nor a query.
    private static string? PathOf(string location, string server)
    {
        var start = server.TrimEnd('/') + "/";
        return location.StartsWith(start, StringComparison.Ordinal) && location[start.Length..] is { Length: > 0 } path
            && path.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '_' or '-' or '+')
            && !path.Split('/').Any(part => part is "" or "." or "..") ? path : null;
    }

    private static string? Digest(JsonElement disk, string name)
    {
        if (!disk.TryGetProperty(name, out var value))
        {
            return null;
        }
        var text = value.GetString() ?? "";
        return text.Length == 64 && text.All(char.IsAsciiHexDigit) ? text.ToLowerInvariant()
            : throw new FormatException($"'{name}' is not a digest");
    }

    private static JsonElement Get(JsonElement element, params string[] names)
    {
        foreach (var name in names)
        {
            element = element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var found) ? found
                : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"there is no '{name}'"));
        }
        return element;
    }

    private static string Text(JsonElement element, string name) =>
        Get(element, name).GetString() ?? throw new FormatException($"'{name}' is empty");
}
