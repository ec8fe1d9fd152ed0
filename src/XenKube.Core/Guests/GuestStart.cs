using System.Diagnostics;

namespace XenKube.Guests;

/// <summary>The moment after which an answer can only be that of the guest which was started then.</summary>
/// <param name="Time">By the clock.</param>
/// <param name="Timestamp">By the counter that no change of the clock moves.</param>
internal readonly record struct GuestStart(DateTimeOffset Time, long Timestamp)
{
    /// <summary>This moment.</summary>
    public static GuestStart Now => new(DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());

    /// <summary>How long ago that was.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Timestamp);
}
