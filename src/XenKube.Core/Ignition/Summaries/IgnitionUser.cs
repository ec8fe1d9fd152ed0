namespace XenKube.Ignition.Summaries;

/// <summary>A user the config makes or changes.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="HasPassword">Whether a password is set.</param>
/// <param name="Groups">Further groups.</param>
/// <param name="Keys">The keys that may log in.</param>
public sealed record IgnitionUser(string Name, bool HasPassword, IReadOnlyList<string> Groups, IReadOnlyList<SshKey> Keys)
{
    /// <inheritdoc/>
    public override string ToString() => Keys.Count == 0 ? Name : $"{Name} {string.Join(", ", Keys)}";
}
