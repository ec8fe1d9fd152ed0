namespace XenKube.Ignition.Summaries;

/// <summary>A directory the guest will get.</summary>
/// <param name="Path">Its path on the guest.</param>
/// <param name="Mode">Its permissions as octal digits; empty where the config leaves them open.</param>
/// <param name="Owner">Its owner, <c>user:group</c>; empty where the config leaves it open.</param>
public sealed record IgnitionDirectory(string Path, string Mode, string Owner)
{
    /// <inheritdoc/>
    public override string ToString() => Path;
}
