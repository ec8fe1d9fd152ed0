namespace XenKube.Ignition.Summaries;

/// <summary>A unit the config makes, changes or switches.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State"><c>enabled</c>, <c>disabled</c>, <c>masked</c>, or <c>unchanged</c>.</param>
/// <param name="HasContents">Whether the config has its text.</param>
/// <param name="Dropins">The names of its drop-ins.</param>
public sealed record IgnitionUnit(string Name, string State, bool HasContents, IReadOnlyList<string> Dropins)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} {State}";
}
