namespace XenKube.Hosting;

/// <summary>The backup of one change of the host's files: what was there, and what was written.</summary>
/// <param name="Id">Its name: the time and the step.</param>
/// <param name="Step">The step that made the change.</param>
/// <param name="Time">When, by the clock of then.</param>
/// <param name="Paths">The files it has.</param>
/// <param name="Directory">Where it is kept.</param>
public sealed record BackupSet(string Id, string Step, DateTimeOffset Time, IReadOnlyList<string> Paths, string Directory)
{
    /// <summary>What became of the change.</summary>
    public BackupState State { get; init; }

    /// <summary>
    /// Counts the backups in the order in which they were made, whatever the clock said; 0 for one of an earlier version.
    /// </summary>
    public long Number { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
