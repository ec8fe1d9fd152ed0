namespace XenKube.Hosting;

/// <summary>What one change of the host's files replaced.</summary>
/// <param name="Id">Its name: the time and the step.</param>
/// <param name="Step">The step that made the change.</param>
/// <param name="Time">When.</param>
/// <param name="Paths">The files it has.</param>
/// <param name="Directory">Where it is kept.</param>
public sealed record BackupSet(string Id, string Step, DateTimeOffset Time, IReadOnlyList<string> Paths, string Directory)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}
