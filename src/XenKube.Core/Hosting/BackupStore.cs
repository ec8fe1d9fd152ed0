using System.Globalization;
using System.Text;
using System.Text.Json;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Hosting;

/// <summary>
/// Keeps what changes of the host's files replaced: a directory for each change, with the old files and a manifest that says
/// where they belong, whose they were, and which of them did not exist.
/// </summary>
/// <param name="directory">Where the backups are kept.</param>
public sealed class BackupStore(string directory)
{
    /// <summary>Where root's backups are kept.</summary>
    public const string DefaultDirectory = "/var/backups/xenkube";

    private const string Manifest = "manifest.json";

    /// <summary>Where the backups are kept.</summary>
    public string Directory { get; } = directory;

    /// <summary>The backups, the newest first.</summary>
    public IReadOnlyList<BackupSet> List()
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            return [];
        }
        var sets = new List<BackupSet>();
        foreach (var path in System.IO.Directory.GetDirectories(Directory).OrderDescending(StringComparer.Ordinal))
        {
            var id = Path.GetFileName(path);
            if (id.Split('-', 2) is [var stamp, var step] && DateTimeOffset.TryParseExact(stamp, "yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && File.Exists(Path.Combine(path, Manifest)))
            {
                sets.Add(new BackupSet(id, step, time, [.. ReadManifest(path).Select(entry => entry.Path)], path));
            }
        }
        return sets;
    }

    /// <summary>The newest backup of a step, or null.</summary>
    /// <param name="step">The step.</param>
    public BackupSet? Latest(string step) => List().FirstOrDefault(set => set.Step == step);

    /// <summary>Puts everything back as a backup has it, and removes the backup.</summary>
    /// <param name="set">The backup.</param>
    public static void Restore(BackupSet set)
    {
        Put(set);
        HostFile.RemoveTree(set.Directory);
    }

    /// <summary>Keeps other processes of XenKube from changing the host's files until it is disposed of; waits for one that does.</summary>
    internal DirectoryLock Lock(string step, CancellationToken cancellationToken)
    {
        try
        {
            MakeDirectory();
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw NotKept(e);
        }
        try
        {
            return DirectoryLock.Take(Directory, $"change of the host's {step}", DirectoryLock.UsualWait, cancellationToken: cancellationToken);
        }
        catch (OperationFailedException e)
        {
            throw NotKept(e);
        }
    }

    internal BackupSet Save(string step, IReadOnlyList<FileChange> changes)
    {
        try
        {
            MakeDirectory();
            var time = DateTimeOffset.UtcNow;
            var path = NewDirectory(step, ref time);
            var entries = changes.Select((change, i) => SaveOne(path, change.Target, i)).ToList();
            AtomicFile.Write(Path.Combine(path, Manifest), JsonSerializer.SerializeToUtf8Bytes(entries), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return new BackupSet(Path.GetFileName(path), step, time, [.. entries.Select(entry => entry.Path)], path);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw NotKept(e);
        }
    }

    private void MakeDirectory() => HostFile.MakeDirectory(Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private OperationFailedException NotKept(Exception e) =>
        new OperationFailedException(ErrorIds.BackupFailed, Directory, null, $"cannot keep a backup: {(e as XenKubeException)?.Reason ?? e.Message}", "Nothing was changed; run this as root or name another backup directory", e);

    private static void Put(BackupSet set)
    {
        foreach (var entry in ReadManifest(set.Directory).AsEnumerable().Reverse())
        {
            try
            {
                PutOne(set.Directory, entry);
            }
            catch (Exception e) when (e.IsFileTrouble())
            {
                throw new OperationFailedException(ErrorIds.RestoreFailed, entry.Path, null, $"cannot put back what was there: {e.Message}", $"It is kept in {set.Directory}", e);
            }
        }
    }

    private string NewDirectory(string step, ref DateTimeOffset time)
    {
        while (true)
        {
            var path = Path.Combine(Directory, string.Create(CultureInfo.InvariantCulture, $"{time:yyyyMMdd'T'HHmmss.fff'Z'}-{step}"));
            if (!System.IO.Directory.Exists(path))
            {
                HostFile.MakeDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                return path;
            }
            time += TimeSpan.FromMilliseconds(1);
        }
    }

    private static BackupEntry SaveOne(string directory, string path, int number)
    {
        if (FileStatus.Of(path, follow: false) is not { } status)
        {
            return new BackupEntry(path, "absent", "", 0, 0, 0);
        }
        if (status.IsSymbolicLink)
        {
            return new BackupEntry(path, "link", HostFile.ReadLink(path)!, status.Mode, status.UserId, status.GroupId);
        }
        if (status.IsDirectory)
        {
            return new BackupEntry(path, "directory", "", status.Mode, status.UserId, status.GroupId);
        }
        var data = string.Create(CultureInfo.InvariantCulture, $"{number}-{Path.GetFileName(path)}");
        AtomicFile.Write(Path.Combine(directory, data), SystemFile.Read(path), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new BackupEntry(path, "file", data, status.Mode, status.UserId, status.GroupId);
    }

    private static void PutOne(string directory, BackupEntry entry)
    {
        var now = FileStatus.Read(entry.Path, follow: false);
        switch (entry.Kind)
        {
            case "file":
                if (now is { IsSymbolicLink: true })
                {
                    HostFile.Remove(entry.Path);
                }
                AtomicFile.Write(entry.Path, SystemFile.Read(Path.Combine(directory, Path.GetFileName(entry.Data))), (UnixFileMode)(entry.Mode & 0xfff), (entry.UserId, entry.GroupId));
                break;
            case "link":
                HostFile.ReplaceLink(entry.Path, entry.Data);
                break;
            case "absent" when now is { IsDirectory: true }:
                // A directory that was made stays when something is in it by now; a lock that nobody holds is nothing.
                if (System.IO.Directory.EnumerateFileSystemEntries(entry.Path).All(path => Path.GetFileName(path) == DirectoryLock.FileName))
                {
                    HostFile.RemoveTree(entry.Path);
                }
                break;
            case "absent" when now is not null:
                HostFile.Remove(entry.Path);
                break;
            default:
                break;
        }
    }

    private static List<BackupEntry> ReadManifest(string directory)
    {
        var path = Path.Combine(directory, Manifest);
        try
        {
            return JsonSerializer.Deserialize<List<BackupEntry>>(Encoding.UTF8.GetString(SystemFile.Read(path))) ?? [];
        }
        catch (JsonException e)
        {
            throw new InvalidInputException(ErrorIds.BackupInvalid, path, null, e.Message, innerException: e);
        }
    }
}
