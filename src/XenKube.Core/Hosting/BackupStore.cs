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

    /// <summary>The backups, the newest first; also those whose manifest is missing or cannot be read.</summary>
    public IReadOnlyList<BackupSet> List()
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            return [];
        }
        var sets = new List<BackupSet>();
        foreach (var path in System.IO.Directory.GetDirectories(Directory))
        {
            var id = Path.GetFileName(path);
            if (id.Split('-', 2) is [var stamp, var step] && DateTimeOffset.TryParseExact(stamp, "yyyyMMdd'T'HHmmss.fff'Z'",
                CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                sets.Add(Describe(new BackupSet(id, step, time, [], path)));
            }
        }
        return [.. sets.OrderByDescending(set => set.Number).ThenByDescending(set => set.Id, StringComparer.Ordinal)];
    }

    /// <summary>The newest backup of a step that can be put back, or null.</summary>
    /// <param name="step">The step.</param>
    public BackupSet? Latest(string step) => List().FirstOrDefault(set =>
        set.Step == step && (set.State is BackupState.Active or BackupState.NotActive));

    /// <summary>The last change of a step, if its service was not told of it, or nobody knows; null if the service was told.</summary>
    internal BackupSet? NotActive(string step)
    {
        try
        {
            return List().FirstOrDefault(set => (set.Step == step || set.Step == UndoOf(step))
                && (set.State is BackupState.Active or BackupState.NotActive)) is { State: BackupState.NotActive } last ? last : null;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // Only root may look; a plan shows the files to others too.
            return null;
        }
    }

    /// <summary>The name of the step whose backups are copies that an undo keeps.</summary>
    internal static string UndoOf(string step) => $"undo-{step}";

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
            return DirectoryLock.Take(Directory, $"change of the host's {step}", DirectoryLock.UsualWait,
                cancellationToken: cancellationToken);
        }
        catch (OperationFailedException e)
        {
            throw NotKept(e);
        }
    }

    /// <summary>Keeps what is there and what will be written, before anything is.</summary>
    /// <param name="step">The step.</param>
    /// <param name="changes">The files.</param>
    /// <param name="isActive">True where no service reads the files.</param>
    internal BackupSet Save(string step, IReadOnlyList<FileChange> changes, bool isActive)
    {
        try
        {
            MakeDirectory();
            var number = List().Select(set => set.Number).DefaultIfEmpty().Max() + 1;
            var time = DateTimeOffset.UtcNow;
            var path = NewDirectory(step, ref time);
            var entries = changes.Select((change, i) => SaveWritten(path, change, i, SaveOne(path, change.Target, i))).ToList();
            WriteManifest(path, new BackupManifest { Number = number, IsActive = isActive, Entries = entries });
            return Describe(new BackupSet(Path.GetFileName(path), step, time, [], path));
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw NotKept(e);
        }
    }

    /// <summary>Notes that the service uses the files by now.</summary>
    internal static void MarkActive(BackupSet set) => Mark(set, manifest => manifest with { IsActive = true });

    /// <summary>Notes that the files were put back.</summary>
    internal static void MarkUndone(BackupSet set) => Mark(set, manifest => manifest with { IsUndone = true });

    internal static IReadOnlyList<BackupEntry> EntriesOf(BackupSet set) => ReadManifest(set.Directory).Entries;

    /// <summary>A copy that a backup has.</summary>
    internal static byte[] ReadCopy(BackupSet set, string name) => SystemFile.Read(Path.Combine(set.Directory, Path.GetFileName(name)));

    private static void Mark(BackupSet set, Func<BackupManifest, BackupManifest> change)
    {
        try
        {
            WriteManifest(set.Directory, change(ReadManifest(set.Directory)));
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.BackupFailed, set.Directory, null,
                $"cannot note what became of the change: {(e as XenKubeException)?.Reason ?? e.Message}", "The change itself is made", e);
        }
    }

    private static void WriteManifest(string directory, BackupManifest manifest) =>
        AtomicFile.Write(Path.Combine(directory, Manifest), manifest.ToJson(),
            PrivateFile.OwnerOnly);

    private static BackupSet Describe(BackupSet set)
    {
        try
        {
            var manifest = ReadManifest(set.Directory);
            return set with
            {
                Paths = [.. manifest.Entries.Select(entry => entry.Path)],
                Number = manifest.Number,
                State = manifest.IsUndone ? BackupState.Undone : manifest.IsActive ? BackupState.Active : BackupState.NotActive,
            };
        }
        catch (Exception e) when (e is InvalidInputException or ItemNotFoundException || e.IsMissingFile())
        {
            return set with { State = BackupState.Incomplete, Paths = [.. System.IO.Directory.GetFiles(set.Directory)] };
        }
    }

    /// <summary>Adds what the change will make of the file.</summary>
    private static BackupEntry SaveWritten(string directory, FileChange change, int number, BackupEntry entry)
    {
        switch (change.Kind)
        {
            case FileChangeKind.Content:
                var data = string.Create(CultureInfo.InvariantCulture, $"{number}-{Path.GetFileName(change.Target)}.written");
                AtomicFile.Write(Path.Combine(directory, data), change.After, PrivateFile.OwnerOnly);
                return entry with { WrittenKind = BackupEntry.File, WrittenData = data };
            case FileChangeKind.Link:
                return entry with { WrittenKind = BackupEntry.Link, WrittenData = Encoding.UTF8.GetString(change.After) };
            case FileChangeKind.Directory:
                return entry with { WrittenKind = BackupEntry.Directory };
            default:
                return entry with { WrittenKind = BackupEntry.Absent };
        }
    }

    private void MakeDirectory() => HostFile.MakeDirectory(Directory,
        PrivateFile.OwnerOnlyDirectory);

    private OperationFailedException NotKept(Exception e) =>
        new OperationFailedException(ErrorIds.BackupFailed, Directory, null,
            $"cannot keep a backup: {(e as XenKubeException)?.Reason ?? e.Message}",
            "Nothing was changed; run this as root or name another backup directory", e);

    private static void Put(BackupSet set)
    {
        foreach (var entry in ReadManifest(set.Directory).Entries.Reverse())
        {
            try
            {
                PutOne(set.Directory, entry);
            }
            catch (Exception e) when (e.IsFileTrouble())
            {
                throw new OperationFailedException(ErrorIds.RestoreFailed, entry.Path, null,
                    $"cannot put back what was there: {e.Message}", $"It is kept in {set.Directory}", e);
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
                HostFile.MakeDirectory(path, PrivateFile.OwnerOnlyDirectory);
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
        AtomicFile.Write(Path.Combine(directory, data), SystemFile.Read(path), PrivateFile.OwnerOnly);
        return new BackupEntry(path, "file", data, status.Mode, status.UserId, status.GroupId);
    }

    /// <summary>Puts one file back as a backup has it.</summary>
    internal static void PutOne(string directory, BackupEntry entry)
    {
        var now = FileStatus.Read(entry.Path, follow: false);
        switch (entry.Kind)
        {
            case "file":
                if (now is { IsSymbolicLink: true })
                {
                    HostFile.Remove(entry.Path);
                }
                AtomicFile.Write(entry.Path, SystemFile.Read(Path.Combine(directory, Path.GetFileName(entry.Data))),
                    (UnixFileMode)(entry.Mode & 0xfff), (entry.UserId, entry.GroupId));
                break;
            case "link":
                HostFile.ReplaceLink(entry.Path, entry.Data);
                break;
            case "absent" when now is { IsDirectory: true }:
                // A directory that was made stays when something is in it by now; a lock that nobody holds is nothing.
                if (System.IO.Directory.EnumerateFileSystemEntries(entry.Path)
                    .All(path => Path.GetFileName(path) == DirectoryLock.FileName))
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

    private static BackupManifest ReadManifest(string directory)
    {
        var path = Path.Combine(directory, Manifest);
        try
        {
            return BackupManifest.Parse(SystemFile.Read(path));
        }
        catch (JsonException e)
        {
            throw new InvalidInputException(ErrorIds.BackupInvalid, path, null, e.Message, innerException: e);
        }
    }
}
