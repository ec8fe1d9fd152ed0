using System.Text.Json;
using XenKube.Files;

namespace XenKube.Hosting;

/// <summary>What a backup says of itself.</summary>
internal sealed record BackupManifest
{
    /// <summary>Counts the backups of a directory: unlike the time, it never goes back. 0 in backups of earlier versions.</summary>
    public long Number { get; init; }

    /// <summary>False from the moment before the files are written until their service has been told.</summary>
    public bool IsActive { get; init; } = true;

    /// <summary>True once it was put back.</summary>
    public bool IsUndone { get; init; }

    public IReadOnlyList<BackupEntry> Entries { get; init; } = [];

    /// <summary>Reads a manifest; earlier versions wrote the entries alone.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static BackupManifest Parse(ReadOnlySpan<byte> json)
    {
        var start = json.TrimStart(" \t\r\n"u8);
        return start.Length > 0 && start[0] == '['
            ? new BackupManifest { Entries = JsonSerializer.Deserialize(json, BackupJson.Default.ListBackupEntry) ?? [] }
            : DefaultedJson.Read(json, new BackupManifest(), BackupJson.Default.BackupManifest) ?? throw new JsonException("it is empty");
    }

    /// <summary>The manifest as it is written.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BackupJson.Default.BackupManifest);
}
