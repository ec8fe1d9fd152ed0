using XenKube.Devices;

namespace XenKube.FileSystems.Copying;

/// <summary>One copy on its way.</summary>
/// <param name="attributes">Which attributes the copies get.</param>
/// <param name="root">The directory that the copy is made in.</param>
/// <param name="options">How to copy.</param>
/// <param name="cancellationToken">Ends the copy.</param>
internal sealed class TreeCopyRun(CopyAttributes attributes, CopyDirectory root, TreeCopyOptions options,
    CancellationToken cancellationToken)
{
    private readonly HashSet<(ulong Device, long Id)> _seen = [];
    private readonly Dictionary<(ulong Device, long Id), string[]> _named = [];
    private readonly List<string> _path = [];
    private int _entries;
    private long _data;

    /// <summary>Copies a directory, and what is in it where that was asked for.</summary>
    public void Directory(CopyDirectory source, FileSystemEntry entry, CopyDirectory target, string name)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (source is ImageDirectory && !_seen.Add(entry.Identity))
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, null, source.Place,
                "the directory occurs in more than one place of the tree");
        }
        if (_path.Count >= ImageLimits.Levels)
        {
            throw new UnsupportedFeatureException(null, source.Place,
                $"directories in each other to a depth of more than {ImageLimits.Levels}");
        }
        var wanted = attributes.Of(entry, attributes.KeepsAll ? source.ReadAttributes(".") : null);
        bool isNew;
        using (var into = target.Enter(name, wanted))
        {
            isNew = into.IsNew;
            if (options.Recurse)
            {
                _path.Add(name);
                Children(source, into);
                _path.RemoveAt(_path.Count - 1);
            }
        }
        if (isNew)
        {
            // The copies in it have changed its time.
            Try(() => target.Finish(name, wanted));
        }
    }

    /// <summary>Copies what is not a directory.</summary>
    public void Entry(CopyDirectory source, FileSystemEntry entry, string sourceName, CopyDirectory target, string name)
    {
        switch (entry.Kind)
        {
            case FileSystemEntryKind.Special:
                options.Warn?.Invoke($"{Printable.Of(source.PlaceOf(sourceName))} is a device, a pipe or a socket, and was left out");
                break;
            case FileSystemEntryKind.SymbolicLink:
                if (!target.TryLink(name, entry.LinkTarget!, attributes.Of(entry, null)))
                {
                    options.Warn?.Invoke($"{Printable.Of(source.PlaceOf(sourceName))} is a symbolic link, which FAT does not have, and was left out");
                }
                break;
            default:
                if (entry.Links > 1 && _named.TryGetValue(entry.Identity, out var first) && target.TryLinkFile(root, first, name))
                {
                    // A file of several names is copied once, and gets them all.
                    break;
                }
                using (var content = source.OpenRead(sourceName))
                {
                    RefuseMoreThanThereIs(source, content, sourceName);
                    File(content, entry, attributes.KeepsAll ? source.ReadAttributes(sourceName) : null, target, name);
                }
                if (entry.Links > 1)
                {
                    _named.TryAdd(entry.Identity, [.. _path, name]);
                }
                break;
        }
    }

    /// <summary>Copies a file.</summary>
    public void File(Stream content, FileSystemEntry entry, IReadOnlyDictionary<string, byte[]>? extended, CopyDirectory target,
        string name) =>
        target.WriteFile(name, attributes.Of(entry, extended), content, cancellationToken);

    private void Children(CopyDirectory source, CopyDirectory into)
    {
        var children = source.List();
        var twice = children.GroupBy(child => child.Name, StringComparer.Ordinal).Where(group => group.Count() > 1)
            .Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var damaged in twice)
        {
            Try(() => throw new CorruptImageException(ErrorIds.CorruptImage, null, source.PlaceOf(damaged),
                "the directory holds this name more than once; nothing of it was copied"));
        }
        foreach (var child in children)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (++_entries > ImageLimits.TreeEntries)
            {
                // Said once, and not again on the way up.
                if (_entries == ImageLimits.TreeEntries + 1)
                {
                    Try(() => throw ImageLimits.Exceeded(null, source.Place,
                        $"the tree has more than {ImageLimits.Text(ImageLimits.TreeEntries)} entries; the rest was not copied"));
                }
                break;
            }
            if (!twice.Contains(child.Name))
            {
                Try(() => Child(source, child, into));
            }
        }
    }

    // Many files, or all of one file, can be made to use the same blocks of an image: what no disk of the host would hold. The data of
    // a file of several names is added once.
    private void RefuseMoreThanThereIs(CopyDirectory source, Stream content, string name)
    {
        if (source is not ImageDirectory { Files.Size: var size })
        {
            return;
        }
        if (content is ISparseStream sparse)
        {
            for (var at = sparse.NextData(0); at < content.Length && _data <= size; at = sparse.NextData(at))
            {
                var end = sparse.NextHole(at);
                _data += end - at;
                at = end;
            }
        }
        else
        {
            _data += content.Length;
        }
        if (_data > size)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, null, source.PlaceOf(name),
                "the files up to this one claim more data than the file system has room for");
        }
    }

    private void Child(CopyDirectory source, FileSystemEntry child, CopyDirectory into)
    {
        if (!FileNames.IsSingle(child.Name))
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, null, source.Place,
                $"'{Printable.Of(child.Name)}' is not the name of a file");
        }
        if (child.Damage is not null)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, null, source.PlaceOf(child.Name), child.Damage);
        }
        if (child.Kind is not FileSystemEntryKind.Special)
        {
            into.Claim(child.Name);
        }
        if (child.Kind == FileSystemEntryKind.Directory)
        {
            using var from = source.Open(child.Name);
            Directory(from, child, into, child.Name);
        }
        else
        {
            Entry(source, child, child.Name, into, child.Name);
        }
    }

    private void Try(Action action)
    {
        var level = _path.Count;
        try
        {
            action();
        }
        catch (XenKubeException e) when (options.Failed is not null)
        {
            _path.RemoveRange(level, _path.Count - level);
            options.Failed(e);
        }
    }
}
