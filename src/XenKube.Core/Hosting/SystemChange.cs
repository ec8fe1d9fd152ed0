using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Hosting;

/// <summary>
/// A change of the host's files that hangs together: looked at first, then checked, written with a backup, and taken back as
/// a whole when what uses the files does not like them.
/// </summary>
public sealed class SystemChange
{
    internal SystemChange(string step, IEnumerable<FileChange> files)
    {
        Step = step;
        Files = [.. files.Where(file => file.IsNeeded)];
    }

    private SystemChange(SystemChange other)
    {
        (Step, Files, HasService) = (other.Step, other.Files, other.HasService);
        (CheckBefore, CheckAfter, Activate, CheckActive) = (other.CheckBefore, other.CheckAfter, other.Activate, other.CheckActive);
        IsActivationNeeded = true;
    }

    /// <summary>The step it belongs to, a word: <c>firewall</c>.</summary>
    public string Step { get; }

    /// <summary>The files that are not as they should be.</summary>
    public IReadOnlyList<FileChange> Files { get; }

    /// <summary>True when something has to be changed, or the service does not use the files yet.</summary>
    public bool IsNeeded => Files.Count > 0 || IsActivationNeeded;

    /// <summary>True when the service does not use the files as they are, because it was not told of them.</summary>
    public bool IsActivationNeeded { get; init; }

    /// <summary>False for files that no service reads.</summary>
    internal bool HasService { get; init; } = true;

    /// <summary>The difference, of all files; empty when there is none.</summary>
    public string Diff => string.Concat(Files.Select(file => file.Diff));

    /// <summary>Checks before a file is touched; throws what is wrong.</summary>
    internal Action<CancellationToken>? CheckBefore { get; init; }

    /// <summary>Checks the files once they are written; when it throws, everything is put back.</summary>
    internal Action<CancellationToken>? CheckAfter { get; init; }

    /// <summary>Makes the service use the files; when it throws, everything is put back and it runs again.</summary>
    internal Action<CancellationToken>? Activate { get; init; }

    /// <summary>Checks that the service does use the files; when it throws, everything is put back and the service is told again.</summary>
    internal Action<CancellationToken>? CheckActive { get; init; }

    /// <summary>Makes the change. Without need nothing happens.</summary>
    /// <param name="backups">Where the replaced files are kept.</param>
    /// <param name="activate">True to make the service use the files.</param>
    /// <param name="cancellationToken">Ends it; what was written is put back.</param>
    /// <returns>The backup; null when there was nothing to change.</returns>
    public BackupSet? Apply(BackupStore backups, bool activate = true, CancellationToken cancellationToken = default)
    {
        if (Files.Count == 0)
        {
            if (IsActivationNeeded && activate)
            {
                Use(cancellationToken);
                using var told = backups.Lock(Step, cancellationToken);
                if (backups.NotActive(Step) is { } last)
                {
                    BackupStore.MarkActive(last);
                }
            }
            return null;
        }
        CheckBefore?.Invoke(cancellationToken);
        // From the comparison with what was planned to the last rename no other XenKube may interfere.
        using var held = backups.Lock(Step, cancellationToken);
        RefuseOutdated();
        var backup = backups.Save(Step, Files, isActive: !HasService);
        var isActivating = false;
        try
        {
            foreach (var file in Files)
            {
                Write(file);
            }
            CheckAfter?.Invoke(cancellationToken);
            if (activate)
            {
                isActivating = true;
                Use(cancellationToken);
            }
        }
        catch
        {
            BackupStore.Restore(backup);
            if (isActivating)
            {
                Reactivate();
            }
            throw;
        }
        if (!activate || Activate is null || !HasService)
        {
            return backup;
        }
        BackupStore.MarkActive(backup);
        return backup with { State = BackupState.Active };
    }

    /// <summary>Makes the service use the files as they are, as after an undo.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    internal void ActivateOnly(CancellationToken cancellationToken) => Activate?.Invoke(cancellationToken);

    /// <summary>Several changes of one step as one: all files are written, then each service is told.</summary>
    internal static SystemChange Joined(IReadOnlyList<SystemChange> changes) => changes is [var only] ? only
        : new(changes[0].Step, changes.SelectMany(change => change.Files))
        {
            CheckBefore = token => Each(changes, change => change.CheckBefore, token),
            CheckAfter = token => Each(changes, change => change.CheckAfter, token),
            // nftables.conf may flush all rules, those of iptables too, so that it is loaded first.
            Activate = token => Each(changes.Reverse(), change => change.Activate, token),
        };

    private static void Each(IEnumerable<SystemChange> changes, Func<SystemChange, Action<CancellationToken>?> part,
        CancellationToken token)
    {
        foreach (var change in changes)
        {
            part(change)?.Invoke(token);
        }
    }

    /// <summary>The same change, which reloads its service even if no file changes.</summary>
    internal SystemChange WithActivation() => new(this);

    private void Use(CancellationToken cancellationToken)
    {
        Activate?.Invoke(cancellationToken);
        CheckActive?.Invoke(cancellationToken);
    }

    private void Reactivate()
    {
        try
        {
            Activate?.Invoke(CancellationToken.None);
        }
        catch (XenKubeException)
        {
            // The first failure is on its way out and says more.
        }
    }

    /// <summary>Somebody else may have edited a file since the plan was made; it must not be lost.</summary>
    private void RefuseOutdated()
    {
        foreach (var file in Files.Where(file => file.Kind == FileChangeKind.Content))
        {
            var now = FileStatus.Of(file.Target) is null ? null : SystemFile.Read(file.Target);
            if (!(now ?? []).AsSpan().SequenceEqual(file.Before ?? []) || (now is null) != (file.Before is null))
            {
                throw new ItemInUseException(ErrorIds.FileChangedMeanwhile, file.Path, null, "has changed since the plan was made",
                    "Look at the plan again");
            }
        }
    }

    private static void Write(FileChange file)
    {
        try
        {
            switch (file.Kind)
            {
                case FileChangeKind.Content:
                    AtomicFile.Write(file.Target, file.After);
                    break;
                case FileChangeKind.Directory:
                    HostFile.MakeDirectory(file.Path);
                    break;
                case FileChangeKind.Link:
                    // A file in the link's place has its backup; a directory is nothing that we clear away.
                    if (FileStatus.Of(file.Path, follow: false) is { } there)
                    {
                        if (there.IsDirectory)
                        {
                            throw new InvalidInputException(ErrorIds.FileInvalid, file.Path, null, "is a directory where a link is needed",
                                "Move it away");
                        }
                    }
                    HostFile.ReplaceLink(file.Path, System.Text.Encoding.UTF8.GetString(file.After));
                    break;
                default:
                    HostFile.Remove(file.Path);
                    break;
            }
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.FileNotWritable, file.Path, null, e.Message, "Run this as root", e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => IsNeeded ? Diff : $"{Step}: nothing to change";
}
