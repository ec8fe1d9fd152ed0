namespace XenKube.Images.Transfer;

/// <summary>
/// How patient a transfer is: waits double up to a limit, with some chance in them so that many clients do not return at once.
/// </summary>
internal sealed record RetryPolicy
{
    /// <summary>How many times in a row something may fail without a byte having come.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>How many times a transfer may break in all.</summary>
    public int MostBreaks { get; init; } = 200;

    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a server may say nothing.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes in a second below which a transfer is as good as broken; curl's --speed-limit.</summary>
    public long SlowestRate { get; init; } = 1024;

    /// <summary>The time over which the rate is measured.</summary>
    public TimeSpan RateWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>True if it is time to give up.</summary>
    public bool IsOver(int failures, TransferBrokenException last) => failures >= (last.IsNameUnknown ? Math.Min(2, Attempts) : Attempts);

    /// <summary>The wait before another attempt.</summary>
    /// <param name="failures">Failures in a row, from 1.</param>
    /// <param name="wanted">What the server asked for, or null.</param>
    public TimeSpan DelayAfter(int failures, TimeSpan? wanted = null)
    {
        var doubled = FirstDelay * Math.Pow(2, Math.Min(failures - 1, 16));
        var delay = (doubled < LongestDelay ? doubled : LongestDelay) * (0.75 + (Random.Shared.NextDouble() / 2));
        return wanted > delay ? (wanted.Value < LongestDelay * 2 ? wanted.Value : LongestDelay * 2) : delay;
    }
}
