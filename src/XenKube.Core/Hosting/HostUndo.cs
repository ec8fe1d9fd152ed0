using System.Globalization;
using System.Text;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Hosting;

/// <summary>
/// Takes back what a step wrote, and nothing else: edits that came later are merged where they do not meet, and refuse the undo where
/// they do. The replaced files are kept as a backup of their own.
/// </summary>
public sealed class HostUndo
{
    private readonly BackupStore _store;
    private readonly List<(BackupEntry Entry, byte[]? Content, bool IsMerged)> _files = [];
    private readonly StringBuilder _diff = new();
    private readonly StringBuilder _conflict = new();
    private string _conflictFile = "";

    private HostUndo(BackupStore store, BackupSet backup) => (_store, Backup) = (store, backup);

    /// <summary>The backup that is put back.</summary>
    public BackupSet Backup { get; }

    /// <summary>The difference that the undo makes, as <c>diff -u</c> prints it.</summary>
    public string Diff => _diff.ToString();

    /// <summary>The later edits that keep the undo from being made, as <c>diff -u</c> prints them; empty where nothing does.</summary>
    public string Conflict => _conflict.ToString();

    /// <summary>The files in which a later edit is kept.</summary>
    public IReadOnlyList<string> Merged => [.. _files.Where(file => file.IsMerged).Select(file => file.Entry.Path)];

    /// <summary>Backups of the step that have no manifest, so that nobody knows whether they belong before this one.</summary>
    public IReadOnlyList<BackupSet> Incomplete { get; private init; } = [];

    /// <summary>Plans the undo of the last change of a step.</summary>
    /// <param name="store">The backups.</param>
    /// <param name="step">The step.</param>
    /// <exception cref="ItemNotFoundException">There is no backup.</exception>
    public static HostUndo Plan(BackupStore store, string step)
    {
        ArgumentNullException.ThrowIfNull(store);
        var incomplete = store.List().Where(set => set.Step == step && set.State == BackupState.Incomplete).ToList();
        var backup = store.Latest(step) ?? throw (incomplete is [var damaged, ..]
            ? new InvalidInputException(ErrorIds.BackupInvalid, damaged.Directory, null,
                "this backup has no manifest that says where its files belong",
                "Its files are what was there before the change: compare them with the host's, and put back by hand what you need")
            : new ItemNotFoundException(ErrorIds.BackupNotFound, store.Directory, null,
                $"there is no backup of the step '{Printable.Of(step)}'", "It was not changed by XenKube, or undone already"));
        var undo = new HostUndo(store, backup) { Incomplete = incomplete };
        foreach (var entry in BackupStore.EntriesOf(backup).Reverse())
        {
            undo.Add(entry);
        }
        return undo;
    }

    /// <summary>Makes the undo.</summary>
    /// <returns>The backup of what was there before the undo; null if nothing had to be changed.</returns>
    /// <exception cref="OperationFailedException">A later edit is in the way, or a file cannot be written.</exception>
    public BackupSet? Apply()
    {
        if (_conflict.Length > 0)
        {
            throw new OperationFailedException(ErrorIds.UndoConflict, _conflictFile, null,
                $"was edited since the step '{Backup.Step}' wrote it, in the same lines:\n{Conflict.TrimEnd('\n')}\nNothing was changed",
                $"Take the lines of that step out by hand, or undo your edit first; the file as it was before is in {Backup.Directory}");
        }
        BackupSet? copy = null;
        if (_files.Count > 0)
        {
            copy = _store.Save(BackupStore.UndoOf(Backup.Step), [.. _files.Select(ChangeOf)], isActive: false);
            foreach (var (entry, content, _) in _files)
            {
                Put(entry, content);
            }
        }
        BackupStore.MarkUndone(Backup);
        return copy;
    }

    private void Add(BackupEntry entry)
    {
        var now = FileStatus.Of(entry.Path, follow: false);
        var bytes = now is { IsRegularFile: true } ? SystemFile.Read(entry.Path) : null;
        var link = now is { IsSymbolicLink: true } ? HostFile.ReadLink(entry.Path) : null;
        var before = entry.Kind == BackupEntry.File ? BackupStore.ReadCopy(Backup, entry.Data) : null;
        var isAsBefore = entry.Kind switch
        {
            BackupEntry.File => bytes is not null && bytes.AsSpan().SequenceEqual(before),
            BackupEntry.Link => link == entry.Data,
            BackupEntry.Directory => now is { IsDirectory: true },
            _ => now is null,
        };
        if (isAsBefore)
        {
            return;
        }
        var isAsWritten = entry.WrittenKind switch
        {
            BackupEntry.File => bytes is not null && bytes.AsSpan().SequenceEqual(BackupStore.ReadCopy(Backup, entry.WrittenData)),
            BackupEntry.Link => link == entry.WrittenData,
            BackupEntry.Directory => now is { IsDirectory: true },
            BackupEntry.Absent => now is null,
            // Backups of earlier versions do not say what was written; the copy keeps what is replaced.
            _ => true,
        };
        if (isAsWritten)
        {
            Take(entry, bytes, before, isMerged: false);
        }
        else if (before is not null && bytes is not null && entry.WrittenKind == BackupEntry.File
            && TextMerge.Merge(Text(BackupStore.ReadCopy(Backup, entry.WrittenData)), Text(before), Text(bytes)) is { } merged)
        {
            Take(entry, bytes, Encoding.Latin1.GetBytes(merged), isMerged: true);
        }
        else
        {
            _conflictFile = entry.Path;
            _conflict.Append(entry.WrittenKind == BackupEntry.File
                ? TextDiff.Unified(Text(BackupStore.ReadCopy(Backup, entry.WrittenData)), Text(bytes ?? []), $"{entry.Path} (as written)",
                    bytes is null ? "/dev/null" : entry.Path)
                : $"{entry.Path} was {(entry.WrittenKind == BackupEntry.Link ? $"a link to {entry.WrittenData}" : "removed")}, and is {(link is not null ? $"a link to {link}" : now is null ? "not there" : "something else")}\n");
        }
    }

    private void Take(BackupEntry entry, byte[]? now, byte[]? content, bool isMerged)
    {
        _files.Add((entry, content, isMerged));
        _diff.Append(entry.Kind switch
        {
            BackupEntry.File => TextDiff.Unified(Text(now ?? []), Text(content ?? []), entry.Path, entry.Path),
            BackupEntry.Link => $"link {entry.Path} -> {entry.Data}\n",
            _ => $"remove {entry.Path}\n",
        });
    }

    private static FileChange ChangeOf((BackupEntry Entry, byte[]? Content, bool IsMerged) file) => file.Entry.Kind switch
    {
        BackupEntry.File => new FileChange(file.Entry.Path, FileChangeKind.Content) { After = file.Content ?? [] },
        BackupEntry.Link => new FileChange(file.Entry.Path, FileChangeKind.Link) { After = Encoding.UTF8.GetBytes(file.Entry.Data) },
        BackupEntry.Directory => new FileChange(file.Entry.Path, FileChangeKind.Directory),
        _ => new FileChange(file.Entry.Path, FileChangeKind.Removal),
    };

    private void Put(BackupEntry entry, byte[]? content)
    {
        try
        {
            if (entry.Kind == BackupEntry.File && content is not null)
            {
                if (FileStatus.Of(entry.Path, follow: false) is { IsSymbolicLink: true })
                {
                    HostFile.Remove(entry.Path);
                }
                AtomicFile.Write(entry.Path, content, (UnixFileMode)(entry.Mode & 0xfff), (entry.UserId, entry.GroupId));
            }
            else
            {
                BackupStore.PutOne(Backup.Directory, entry);
            }
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.RestoreFailed, entry.Path, null, $"cannot put back what was there: {e.Message}",
                $"It is kept in {Backup.Directory}", e);
        }
    }

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Backup}: {_files.Count} files");
}
