namespace XenKube.Hosting;

/// <summary>A file as it was: the entry of a backup's manifest.</summary>
internal sealed record BackupEntry(string Path, string Kind, string Data, uint Mode, uint UserId, uint GroupId);
