namespace XenKube.Hosting;

/// <summary>A config fetched back as the guest would fetch it.</summary>
/// <param name="Uri">Where it was fetched.</param>
/// <param name="Status">The HTTP status; 0 where nothing answered.</param>
/// <param name="ContentType">The type it was served as.</param>
/// <param name="Length">Bytes received.</param>
/// <param name="Digest">SHA-256 of what was received, hexadecimal; empty where nothing was.</param>
/// <param name="ExpectedDigest">SHA-256 of what was published; empty where it was not given.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Problem">What is wrong, with what to do; empty where nothing is.</param>
public sealed record IgnitionEndpointResult(Uri Uri, int Status, string ContentType, long Length, string Digest, string ExpectedDigest, TimeSpan Duration, string Problem)
{
    /// <summary>True when the guest would get what was published.</summary>
    public bool IsOk => Problem.Length == 0;

    /// <summary>True when nobody listens there.</summary>
    internal bool IsRefused { get; init; }

    /// <inheritdoc/>
    public override string ToString() => IsOk ? $"{Uri}: ok" : $"{Uri}: {Problem}";
}
