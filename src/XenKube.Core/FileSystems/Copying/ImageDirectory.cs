namespace XenKube.FileSystems.Copying;

/// <summary>A directory in a file system of an image.</summary>
/// <param name="files">The file system.</param>
/// <param name="path">The directory's path in it.</param>
internal sealed class ImageDirectory(IFileSystem files, string path) : CopyDirectory
{
    private readonly HashSet<string> _written = new(StringComparer.OrdinalIgnoreCase);
    private HashSet<string>? _there;

    public override string Place => path;

    public IFileSystem Files => files;

    private bool KnowsNoCase => files.Kind.StartsWith("fat", StringComparison.Ordinal);

    public override IReadOnlyList<FileSystemEntry> List() => files.List(path);

    public override CopyDirectory Open(string name) => new ImageDirectory(files, Inside(name));

    public override Stream OpenRead(string name) => files.OpenRead(Inside(name));

    public override IReadOnlyDictionary<string, byte[]> ReadAttributes(string name) => files.ReadExtendedAttributes(Inside(name));

    public override CopyDirectory Enter(string name, FileAttributesChange attributes)
    {
        var place = Inside(name);
        switch (files.Find(place))
        {
            case null:
                files.CreateDirectory(place, attributes);
                return new ImageDirectory(files, place) { IsNew = true };
            case { Kind: not FileSystemEntryKind.Directory }:
                throw FileSystemErrors.NotADirectory(place);
            default:
                return new ImageDirectory(files, place);
        }
    }

    public override void Finish(string name, FileAttributesChange attributes) => 
        files.SetAttributes(Inside(name), KnowsNoCase ? new FileAttributesChange(attributes.Mode,
            TimeUtc: attributes.TimeUtc) : attributes);

    public override void WriteFile(string name, FileAttributesChange attributes, Stream content, CancellationToken cancellationToken)
    {
        try
        {
            files.WriteFile(Inside(name), content, attributes, cancellationToken);
        }
        catch (OperationFailedException e) when (e.Id == ErrorIds.FileNotCopied && e.File is null)
        {
            throw NotCopied(PlaceOf(name), e.Reason, e);
        }
    }

    public override bool TryLinkFile(CopyDirectory root, IReadOnlyList<string> first, string name)
    {
        if (KnowsNoCase)
        {
            return false;
        }
        var place = Inside(name);
        var existing = $"{root.Place.TrimEnd('/')}/{string.Join('/', first)}";
        if (files.Find(place, followLink: false) is { } old)
        {
            if (old.Kind != FileSystemEntryKind.File)
            {
                throw FileSystemErrors.Exists(place);
            }
            if (files.Find(existing, followLink: false)?.Identity == old.Identity)
            {
                return true;
            }
            files.Remove(place);
        }
        files.CreateHardLink(place, existing);
        return true;
    }

    public override bool TryLink(string name, string target, FileAttributesChange attributes)
    {
        if (KnowsNoCase)
        {
            return false;
        }
        var place = Inside(name);
        switch (files.Find(place, followLink: false))
        {
            case { Kind: FileSystemEntryKind.SymbolicLink } old when old.LinkTarget == target:
                return true;
            case { Kind: FileSystemEntryKind.SymbolicLink }:
                files.Remove(place);
                break;
            case not null:
                throw FileSystemErrors.Exists(place);
        }
        files.CreateSymbolicLink(place, target);
        files.SetAttributes(place, attributes, followLink: false);
        return true;
    }

    public override void Claim(string name)
    {
        if (!KnowsNoCase)
        {
            return;
        }
        _there ??= new HashSet<string>(files.List(path).Select(entry => entry.Name), StringComparer.OrdinalIgnoreCase);
        if (!_written.Add(name))
        {
            throw Clash(name, "another file of that name, which FAT does not tell from this one, was copied just now");
        }
        if (!_there.Contains(name) && files.Find(Inside(name)) is not null)
        {
            throw Clash(name, "this is the short name of another file there");
        }
    }

    private string Inside(string name) => $"{path.TrimEnd('/')}/{name}";
}
