namespace XenKube.Ignition.Summaries;

/// <summary>A link the guest will get.</summary>
/// <param name="Path">Its path on the guest.</param>
/// <param name="Target">What it points to.</param>
/// <param name="IsHard">Whether it is a hard link.</param>
public sealed record IgnitionLink(string Path, string Target, bool IsHard)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path} {(IsHard ? "=" : "->")} {Target}";
}
