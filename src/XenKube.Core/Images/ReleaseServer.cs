using System.Text;
using XenKube.Images.Transfer;

namespace XenKube.Images;

/// <summary>
/// A server, mirror or directory with releases: in the layout of CoreOS, <c>BASE/BOARD/VERSION/IMAGE</c>, or with the metadata of Fedora
/// CoreOS, <c>BASE/streams/STREAM.json</c>.
/// </summary>
public sealed class ReleaseServer : IDisposable
{
    /// <summary>The version that stands for the newest of a channel.</summary>
    public const string CurrentVersion = ReleaseVersion.Current;

    private const int LargestText = 64 << 10;

    /// <summary>Opens a server. Nothing is asked of it yet.</summary>
    /// <param name="options">Which releases, from where.</param>
    /// <exception cref="InvalidInputException">The base, channel, board or image name cannot be.</exception>
    public ReleaseServer(ReleaseServerOptions options)
        : this(options, ReleaseTransport.Open((options ?? throw new ArgumentNullException(nameof(options))).EffectiveBaseUri))
    {
    }

    internal ReleaseServer(ReleaseServerOptions options, ReleaseTransport transport)
    {
        Options = options;
        Transport = transport;
        CheckName("channel", options.Channel);
        CheckName("board", options.Board);
        CheckName("image name", options.EffectiveImageName);
        if (IsFedora && options.ImageName is not null)
        {
            throw new InvalidInputException(ErrorIds.ReleaseNameInvalid, null, null,
                $"'{options.ImageName}' cannot be chosen: the metadata of Fedora CoreOS name its image", "Leave the image's name out");
        }
    }

    /// <summary>Whether a text is the number of a release.</summary>
    /// <param name="text">The text.</param>
    public static bool IsVersion(string text) => ReleaseVersion.IsValid(text ?? "");

    /// <summary>Which releases, from where.</summary>
    public ReleaseServerOptions Options { get; }

    internal ReleaseTransport Transport { get; }

    /// <summary>
    /// Finds a release. <c>current</c> is resolved to its number first, so that image and signature cannot come from two releases.
    /// </summary>
    /// <param name="version">A version such as <c>1520.9.0</c>, or <c>current</c>, or Flatcar's <c>current-2022</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="InvalidInputException">It is not a version.</exception>
    /// <exception cref="ItemNotFoundException">The server has no <c>current</c>.</exception>
    /// <exception cref="OperationFailedException">The server cannot be reached or misbehaves.</exception>
    public ImageRelease Resolve(string version = ReleaseVersion.Current, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (IsFedora && version == ReleaseVersion.Current)
        {
            return MakeFedora(FedoraStream.PathOfStream(Options.Channel), FedoraStream.ReadStream, isCurrent: true, cancellationToken);
        }
        if (!ReleaseVersion.IsCurrent(version))
        {
            return ReleaseVersion.IsValid(version) ? IsFedora
                ? MakeFedora(FedoraStream.PathOfRelease(Options.Channel, version), FedoraStream.ReadRelease, isCurrent: false,
                    cancellationToken) : Make(version, isCurrent: false)
                : throw new InvalidInputException(ErrorIds.VersionInvalid, null, null, $"'{version}' is not a release",
                    "Give a version such as 1520.9.0, or current");
        }
        var path = $"{Options.Board}/{version}/version.txt";
        var text = Run(() => Transport.ReadSmallAsync(path, LargestText, cancellationToken))
            ?? throw new ItemNotFoundException(ErrorIds.ReleaseFileNotFound, Transport.UriOf(path).ToString(), null,
                "there is no such file", $"Name a version, or another server with {RemedyActionKind.BaseUriOption}");
        return ReadVersion(Encoding.UTF8.GetString(text)) is { } current ? Make(current, isCurrent: version == ReleaseVersion.Current)
            : throw new OperationFailedException(ErrorIds.VersionNotFound, Transport.UriOf(path).ToString(), null, $"says no {Variable}=",
                "Check the base and the distribution, or name a version");
    }

    /// <summary>
    /// Lists the releases of the channel, the newest first: those of the server's directory listing where it offers one, and
    /// the current one. That a listed release has the image is not checked.
    /// </summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="OperationFailedException">The server cannot be reached or misbehaves.</exception>
    public IReadOnlyList<ImageRelease> Find(CancellationToken cancellationToken = default)
    {
        ImageRelease? current;
        try
        {
            current = Resolve(ReleaseVersion.Current, cancellationToken);
        }
        catch (ItemNotFoundException)
        {
            current = null;
        }
        var versions = (IsFedora ? FedoraReleases(cancellationToken)
            : Run(() => Transport.ListDirectoriesAsync(Options.Board, cancellationToken))).Where(ReleaseVersion.IsValid)
            .ToHashSet(StringComparer.Ordinal);
        if (current is not null)
        {
            versions.Add(current.Version);
        }
        if (versions.Count == 0)
        {
            throw new ItemNotFoundException(ErrorIds.ReleasesNotFound, Transport.UriOf(Options.Board).ToString(), null,
                "there are no releases", $"Check channel and board, or name another server with {RemedyActionKind.BaseUriOption}");
        }
        var releases = versions.Select(version => version == current?.Version ? current : Make(version, isCurrent: false)).ToList();
        releases.Sort((left, right) => ReleaseVersion.Compare(right.Version, left.Version));
        return releases;
    }

    /// <summary>The version that a release's own version.txt says; null where there is none, or none in it.</summary>
    internal string? ReadSaidVersion(ImageRelease release, CancellationToken cancellationToken)
    {
        if (IsFedora)
        {
            return null;
        }
        var text = Run(() => Transport.ReadSmallAsync($"{Options.Board}/{release.Version}/version.txt", LargestText, cancellationToken,
            isOptional: true));
        return text is null ? null : ReadVersion(Encoding.UTF8.GetString(text));
    }

    /// <inheritdoc/>
    public void Dispose() => Transport.Dispose();

    internal static T Run<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();

    internal string PathOf(ImageRelease release) =>
        release.Path ?? $"{Options.Board}/{release.Version}/{Options.EffectiveImageName}";

    /// <summary>A release of a list with what its own metadata say, where there are any.</summary>
    internal ImageRelease Complete(ImageRelease release, CancellationToken cancellationToken) =>
        IsFedora && release.Path is null ? Resolve(release.Version, cancellationToken) : release;

    /// <summary>The end of the image's name in the store, which says how it is compressed.</summary>
    internal string Suffix => IsFedora ? ".raw.xz" : ImageStore.Suffix;

    private bool IsFedora => Options.Distribution == ImageDistribution.FedoraCoreOS;

    private string Variable => Options.Distribution == ImageDistribution.Flatcar ? "FLATCAR_VERSION" : "COREOS_VERSION";

    private static void CheckName(string what, string name)
    {
        if (name.Length is 0 or > 128 || name[0] == '.' || !name.All(character =>
            char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'))
        {
            throw new InvalidInputException(ErrorIds.ReleaseNameInvalid, null, null, $"'{name}' is not a {what} of a release server");
        }
    }

    // Lines NAME=value, as a shell would read them.
    private string? ReadVersion(string text) => text.Split('\n').Select(line => line.Trim())
        .Where(line => line.StartsWith(Variable + "=", StringComparison.Ordinal))
        .Select(line => line[(Variable.Length + 1)..].Trim().Trim('"', '\''))
        .LastOrDefault(ReleaseVersion.IsValid);

    private ImageRelease MakeFedora(string metadata, Func<byte[], string, Uri, string, FedoraImage> read, bool isCurrent,
        CancellationToken cancellationToken)
    {
        var source = Transport.UriOf(metadata);
        var json = Run(() => Transport.ReadSmallAsync(metadata, FedoraStream.Largest, cancellationToken))
            ?? throw new ItemNotFoundException(ErrorIds.ReleaseFileNotFound, source.ToString(), null, "there is no such file",
                $"Check version and stream, or name another server with {RemedyActionKind.BaseUriOption}");
        var image = read(json, FedoraStream.ArchitectureOf(Options.Board), source, Options.EffectiveBaseUri);
        return Make(image.Version, isCurrent, image.Path) with { Sha256 = image.Sha256, UncompressedSha256 = image.UncompressedSha256 };
    }

    private IReadOnlyList<string> FedoraReleases(CancellationToken cancellationToken)
    {
        var path = FedoraStream.PathOfReleases(Options.Channel);
        return Run(() => Transport.ReadSmallAsync(path, FedoraStream.Largest, cancellationToken, isOptional: true)) is { } json
            ? FedoraStream.ReadReleases(json, Transport.UriOf(path)) : [];
    }

    private ImageRelease Make(string version, bool isCurrent, string? place = null)
    {
        // The metadata of Fedora CoreOS name the file; until they are read, its usual name is shown.
        var architecture = FedoraStream.ArchitectureOf(Options.Board);
        var path = place ?? (IsFedora
            ? $"prod/streams/{Options.Channel}/builds/{version}/{architecture}/fedora-coreos-{version}-metal.{architecture}.raw.xz"
            : $"{Options.Board}/{version}/{Options.EffectiveImageName}");
        return new ImageRelease(version, Options.Distribution, Options.Channel, Options.Board,
            Transport.UriOf(path), Transport.UriOf(path + ".sig"), Transport.UriOf(path + ".DIGESTS"), isCurrent) { Path = place };
    }
}
