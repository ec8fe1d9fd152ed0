namespace XenKube.Hosting;

/// <summary>A file as it was before a change, and what the change made of it: the entry of a backup's manifest.</summary>
/// <param name="Path">The file.</param>
/// <param name="Kind">What was there: <c>file</c>, <c>link</c>, <c>directory</c>, <c>absent</c>.</param>
/// <param name="Data">The name of the copy beside the manifest, or where the link led to.</param>
/// <param name="Mode">Its mode.</param>
/// <param name="UserId">Its owner.</param>
/// <param name="GroupId">Its group.</param>
internal sealed record BackupEntry(string Path, string Kind, string Data, uint Mode, uint UserId, uint GroupId)
{
    public const string File = "file";
    public const string Link = "link";
    public const string Directory = "directory";
    public const string Absent = "absent";

    /// <summary>What the change made of it; empty in backups of earlier versions, which do not say it.</summary>
    public string WrittenKind { get; init; } = "";

    /// <summary>The name of the copy of what was written, or where the link leads to.</summary>
    public string WrittenData { get; init; } = "";
}
