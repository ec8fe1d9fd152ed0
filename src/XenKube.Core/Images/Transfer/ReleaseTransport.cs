namespace XenKube.Images.Transfer;

/// <summary>Reads files below a base, wherever that is.</summary>
internal abstract class ReleaseTransport : IDisposable
{
    /// <summary>How patient it is.</summary>
    public RetryPolicy Retry { get; init; } = new();

    /// <summary>The transport for a base.</summary>
    /// <param name="place">An http, https or file URI, or a directory.</param>
    public static ReleaseTransport Open(string place)
    {
        if (place.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || place.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return Uri.TryCreate(place.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Query.Length == 0
                && uri.Fragment.Length == 0
                ? new HttpTransport(uri)
                : throw new InvalidInputException(ErrorIds.BaseUriInvalid, place, null, "is not the base of a release server",
                    "Give a URI such as https://mirror.example/coreos without query, or a directory");
        }
        if (place.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            return Uri.TryCreate(place, UriKind.Absolute, out var uri) && uri.IsFile && uri.Host.Length == 0
                ? new DirectoryTransport(uri.LocalPath)
                : throw new InvalidInputException(ErrorIds.BaseUriInvalid, place, null, "is not a file URI of this machine",
                    "Give a directory, as in file:///srv/mirror");
        }
        return place.Contains("://", StringComparison.Ordinal)
            ? throw new InvalidInputException(ErrorIds.BaseUriInvalid, place, null, "is neither http, https nor file",
                "Give a URI such as https://mirror.example/coreos, or a directory")
            : new DirectoryTransport(Path.GetFullPath(place));
    }

    /// <summary>The full address of a file.</summary>
    /// <param name="path">Relative to the base.</param>
    public abstract Uri UriOf(string path);

    /// <summary>Reads a small file whole.</summary>
    /// <param name="path">Relative to the base.</param>
    /// <param name="limit">The most bytes it may have.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="isOptional">True for a file that need not be there: a server that forbids it, as some answer for what they do not have,
    /// has none.</param>
    /// <returns>Its content; null if there is no such file.</returns>
    public abstract Task<byte[]?> ReadSmallAsync(string path, int limit, CancellationToken cancellationToken, bool isOptional = false);

    /// <summary>The names of the directories in a directory; empty where none are offered.</summary>
    /// <param name="path">Relative to the base.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public abstract Task<IReadOnlyList<string>> ListDirectoriesAsync(string path, CancellationToken cancellationToken);

    /// <summary>Starts one transfer of a file, from an offset where the file is still the same, else from its start.</summary>
    /// <param name="path">Relative to the base.</param>
    /// <param name="offset">How much is there already.</param>
    /// <param name="known">What it is a part of; null if nothing is there.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="TransferBrokenException">It may work later.</exception>
    public abstract Task<RemoteContent> OpenAsync(string path, long offset, TransferState? known, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Something that may fail for a while, tried a few times.</summary>
    protected async Task<T> RetryAsync<T>(string what, Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (TransferBrokenException e)
            {
                if (Retry.IsOver(failures, e))
                {
                    throw GiveUp(what, e);
                }
                await Task.Delay(Retry.DelayAfter(failures, e.RetryAfter), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The error for when all attempts failed.</summary>
    /// <param name="what">What was transferred.</param>
    /// <param name="last">How the last attempt failed.</param>
    /// <param name="state">What has come of it; null for nothing.</param>
    public virtual OperationFailedException GiveUp(string what, TransferBrokenException last, TransferState? state = null) =>
        new(ErrorIds.TransferFailed, what, null, last.Message, Again(state), last);

    /// <summary>What running the command again does; nothing is promised that the server cannot do.</summary>
    protected static Remedy Again(TransferState? state) => state switch
    {
        null => "Run the same command again",
        { CanResume: true } => "Run the same command again: a download goes on where it stopped",
        _ =>
            (Remedy)$"Run the same command again; this server cannot resume downloads, so it begins at the start: another server, named with {RemedyActionKind.BaseUriOption}, may do better",
    };

    private static Remedy OtherServer =>
        $"Check version, channel, board and image name, or name another server with {RemedyActionKind.BaseUriOption}";

    internal static ItemNotFoundException NotFound(Uri uri, Remedy? remedy = null) =>
        new(ErrorIds.ReleaseFileNotFound, uri.ToString(), null, "there is no such file",
        remedy ?? OtherServer);
}
