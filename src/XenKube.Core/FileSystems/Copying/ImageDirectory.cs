namespace XenKube.FileSystems.Copying;

/// <summary>A directory in a file system of an image.</summary>
/// <param name="files">The file system.</param>
/// <param name="path">The directory's path in it.</param>
/// <param name="keepOwners">True where what is copied comes from another image, whose owners and modes mean the same.</param>
internal sealed class ImageDirectory(IFileSystem files, string path, bool keepOwners = false) : CopyDirectory
{
    private readonly HashSet<string> _written = new(StringComparer.OrdinalIgnoreCase);
    private HashSet<string>? _there;

    public override string Place => path;

    public IFileSystem Files => files;

    public bool KeepOwners => keepOwners;

    private bool KnowsNoCase => files.Kind.StartsWith("fat", StringComparison.Ordinal);

    public override IReadOnlyList<FileSystemEntry> List() => files.List(path);

    public override CopyDirectory Open(string name) => new ImageDirectory(files, Inside(name), keepOwners);

    public override Stream OpenRead(string name) => files.OpenRead(Inside(name));

    public override CopyDirectory Enter(string name, FileSystemEntry source)
    {
        var place = Inside(name);
        switch (files.Find(place))
        {
            case null:
                files.CreateDirectory(place, Attributes(source));
                break;
            case { Kind: not FileSystemEntryKind.Directory }:
                throw FileSystemErrors.NotADirectory(place);
        }
        return new ImageDirectory(files, place, keepOwners);
    }

    public override void WriteFile(string name, FileSystemEntry source, Stream content, CancellationToken cancellationToken)
    {
        var place = Inside(name);
        if (content.Length > Array.MaxLength)
        {
            throw new InvalidInputException(ErrorIds.ContentTooLarge, null, PlaceOf(name), $"it has {content.Length} bytes, more than the {Array.MaxLength} that are written in one edit");
        }
        var bytes = new byte[content.Length];
        for (int at = 0, count; at < bytes.Length; at += count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            count = content.Read(bytes, at, Math.Min(bytes.Length - at, 1 << 20));
            if (count == 0)
            {
                throw NotCopied(PlaceOf(name), "the file became shorter while it was copied");
            }
        }
        files.WriteFile(place, bytes, Attributes(source));
    }

    public override bool TryLink(string name, string target)
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

    private FileAttributesChange Attributes(FileSystemEntry source) =>
        keepOwners ? new FileAttributesChange(source.Mode, source.UserId, source.GroupId)
        : new FileAttributesChange(source.Mode & (source.Kind == FileSystemEntryKind.Directory ? 0x3FF : 0x1FF));

    private string Inside(string name) => $"{path.TrimEnd('/')}/{name}";
}
