namespace XenKube;

/// <summary>One check of a host or a node.</summary>
/// <param name="Name">What was checked, a stable word.</param>
/// <param name="Status">What was found.</param>
/// <param name="Message">The finding, in a sentence without a final stop.</param>
/// <param name="Remedy">What to do about it; empty where there is nothing to do.</param>
public sealed record CheckResult(string Name, CheckStatus Status, string Message, string Remedy = "")
{
    /// <summary>What was checked: a node, a host; empty where there is only one.</summary>
    public string Target { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => Remedy.Length == 0 ? $"{Status}: {Name}: {Message}" : $"{Status}: {Name}: {Message}. {Remedy}";
}
