namespace XenKube.Ignition.Comparing;

/// <summary>One thing that a new config changes on the guest.</summary>
/// <param name="Change"><c>Added</c>, <c>Changed</c> or <c>Removed</c>.</param>
/// <param name="Kind"><c>File</c>, <c>Directory</c>, <c>Link</c>, <c>Unit</c>, <c>User</c> or <c>Key</c>.</param>
/// <param name="Name">The path, the unit's or user's name, the key's fingerprint.</param>
/// <param name="Detail">What it is or what changes about it, in a few words.</param>
/// <param name="Diff">The lines of a text that change, as a unified diff; empty where there is none.</param>
public sealed record IgnitionChange(string Change, string Kind, string Name, string Detail, string Diff)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var sign = Change switch
        {
            "Added" => "+",
            "Removed" => "-",
            _ => "~",
        };
        var line = $"{sign} {Kind.ToLowerInvariant()} {Name}{(Detail.Length > 0 ? ": " + Detail : "")}";
        return Diff.Length == 0 ? line : line + "\n" + Diff;
    }
}
