namespace XenKube.Hosting;

/// <summary>What became of a step.</summary>
/// <param name="Name">The step.</param>
/// <param name="IsChanged">True when files were changed.</param>
/// <param name="Backup">What was replaced; null when nothing was.</param>
/// <param name="Error">Why it was not done, or not wholly; null when it was.</param>
/// <param name="Duration">How long it took.</param>
public sealed record HostStepResult(string Name, bool IsChanged, BackupSet? Backup, XenKubeException? Error, TimeSpan Duration)
{
    /// <summary>True when the files were right already, and their service was told to use them.</summary>
    public bool IsActivated { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Error is not null ? $"{Name}: {Error.Message}" : IsActivated ? $"{Name}: in use now" : IsChanged
        ? $"{Name}: changed (backup {Backup})" : $"{Name}: nothing to change";
}
