namespace XenKube.Images.Transfer;

/// <summary>
/// A transfer failed in a way that may pass: the connection broke, the server is busy. It never leaves the transfer's own code.
/// </summary>
internal sealed class TransferBrokenException(string reason, TimeSpan? retryAfter = null,
    Exception? innerException = null) : Exception(reason, innerException)
{
    /// <summary>What the server asked for.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>True where bytes came, too few for the transfer to end one day.</summary>
    public bool IsSlow { get; init; }

    /// <summary>A name that is not known will hardly be in a minute.</summary>
    public bool IsNameUnknown => InnerException is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError };
}
