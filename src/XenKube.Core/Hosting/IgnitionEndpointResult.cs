namespace XenKube.Hosting;

/// <summary>A config fetched back as the guest would fetch it.</summary>
/// <param name="Uri">Where it was fetched.</param>
/// <param name="Status">The HTTP status; 0 where nothing answered.</param>
/// <param name="ContentType">The type it was served as.</param>
/// <param name="Length">Bytes received.</param>
/// <param name="Digest">SHA-256 of what was received, hexadecimal; empty where nothing was.</param>
/// <param name="ExpectedDigest">SHA-256 of what was published; empty where it was not given.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Problem">What is wrong; empty where nothing is.</param>
public sealed record IgnitionEndpointResult(Uri Uri, int Status, string ContentType, long Length, string Digest, string ExpectedDigest,
    TimeSpan Duration, string Problem)
{
    /// <summary>True when the guest would get what was published.</summary>
    public bool IsOk => Problem.Length == 0;

    /// <summary>True when nobody listens there.</summary>
    internal bool IsRefused { get; init; }

    /// <summary>
    /// What to do about it, in the words of the front end that shows it, else in plain ones; empty where there is nothing to advise.
    /// </summary>
    public string Remedy => Advice?.Word(Words) ?? "";

    /// <summary>What to do about it.</summary>
    internal Remedy? Advice { get; init; }

    private IRemedyWords? Words { get; init; }

    /// <summary>The result with its remedy in a front end's words.</summary>
    /// <param name="words">The words.</param>
    public IgnitionEndpointResult WordedBy(IRemedyWords words) => this with { Words = words };

    /// <inheritdoc/>
    public override string ToString() => IsOk ? $"{Uri}: ok" : Remedy.Length == 0 ? $"{Uri}: {Problem}" : $"{Uri}: {Problem}. {Remedy}";
}
