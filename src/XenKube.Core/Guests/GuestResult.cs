namespace XenKube.Guests;

/// <summary>What became of one guest of several.</summary>
/// <param name="Name">The guest, as it was asked for.</param>
/// <param name="Guest">The guest afterwards; null when it failed.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
/// <param name="Duration">How long it took.</param>
public sealed record GuestResult(string Name, XenGuest? Guest, XenKubeException? Error, TimeSpan Duration)
{
    /// <summary>What xl warned of.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Error is null ? Name : $"{Name}: {Error.Message}";
}
