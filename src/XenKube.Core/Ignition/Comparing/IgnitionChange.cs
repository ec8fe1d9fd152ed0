namespace XenKube.Ignition.Comparing;

/// <summary>
/// One thing that a new config changes on the guest. No text of it holds a secret: secrets show as kind, length and fingerprint.
/// </summary>
/// <param name="Change"><c>Added</c>, <c>Changed</c> or <c>Removed</c>.</param>
/// <param name="Kind">
/// <c>File</c>, <c>Directory</c>, <c>Link</c>, <c>Unit</c>, <c>User</c>, <c>Group</c>, <c>Key</c>, <c>Disk</c>, <c>Raid</c>, <c>Luks</c>,
/// <c>Filesystem</c>, <c>Config</c> (one that is merged, appended, or put in place of this one), <c>Authority</c> (of
/// certificates), or <c>Setting</c> for everything else.
/// </param>
/// <param name="Name">The path, device, source, unit's or user's name, the key's fingerprint; of a setting, its place in the
/// config.</param>
/// <param name="Detail">What it is or what changes about it, in a few words.</param>
/// <param name="Diff">The lines of a text that change, as a unified diff; empty where there is none.</param>
public sealed record IgnitionChange(string Change, string Kind, string Name, string Detail, string Diff)
{
    /// <summary>What the change destroys on the guest, such as <c>wipes the partition table</c>; empty if it destroys nothing.</summary>
    public string Destroys { get; init; } = "";

    /// <summary>Whether the change destroys something: it wipes, recreates or removes.</summary>
    public bool IsDestructive => Destroys.Length > 0;

    /// <inheritdoc/>
    public override string ToString()
    {
        var sign = Change switch
        {
            "Added" => "+",
            "Removed" => "-",
            _ => "~",
        };
        var mark = IsDestructive ? "! " : "";
        var loss = IsDestructive ? $" ({Destroys})" : "";
        var line = $"{mark}{sign} {Kind.ToLowerInvariant()} {Printable.Name(Name)}{(Detail.Length > 0 ? ": " + Detail : "")}{loss}";
        return Diff.Length == 0 ? line : line + "\n" + Diff;
    }
}
