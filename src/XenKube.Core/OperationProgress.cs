namespace XenKube;

/// <summary>How far a long operation has come. Reported at most about ten times a second.</summary>
/// <param name="Activity">What is being done, for a person: <c>Downloading</c>, <c>Expanding</c>.</param>
/// <param name="Item">What it is done to: a file name, a node.</param>
/// <param name="Done">Units done so far (bytes, unless the activity says otherwise).</param>
/// <param name="Total">Units in all, or -1 where that is not known.</param>
/// <param name="Remaining">Time left at the present rate, or null where that is not known.</param>
public sealed record OperationProgress(string Activity, string? Item, long Done, long Total, TimeSpan? Remaining)
{
    /// <summary>Units per second over the last moments; null where that is not known.</summary>
    public double? Rate { get; init; }
}
