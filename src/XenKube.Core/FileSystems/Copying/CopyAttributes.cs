namespace XenKube.FileSystems.Copying;

/// <summary>Which attributes a copy gets: those of its source, as far as they mean the same where it goes, or given ones.</summary>
/// <param name="options">How to copy.</param>
/// <param name="keepsAll">True where source and copy have the same users.</param>
/// <param name="keepsOwners">False where this process may not give files away: then they stay its user's, as with <c>cp -a</c>.</param>
internal sealed class CopyAttributes(TreeCopyOptions options, bool keepsAll, bool keepsOwners = true)
{
    private const int Permissions = 0x1FF;
    private const int Sticky = 0x200;

    /// <summary>True where owners, all mode bits and extended attributes are kept.</summary>
    public bool KeepsAll => keepsAll;

    /// <summary>The attributes of the copy.</summary>
    /// <param name="source">What is copied.</param>
    /// <param name="extended">Its extended attributes, where they are kept.</param>
    public FileAttributesChange Of(FileSystemEntry source, IReadOnlyDictionary<string, byte[]>? extended) => new(
        ModeOf(source),
        options.UserId ?? (keepsAll && keepsOwners ? source.UserId : null),
        options.GroupId ?? (keepsAll && keepsOwners ? source.GroupId : null),
        source.LastWriteTimeUtc)
    {
        ExtendedAttributes = !keepsAll || extended is null ? null
            : keepsOwners ? extended : extended.Where(pair => pair.Key.StartsWith("user.", StringComparison.Ordinal))
            .ToDictionary(StringComparer.Ordinal),
    };

    private int ModeOf(FileSystemEntry source)
    {
        var isDirectory = source.Kind == FileSystemEntryKind.Directory;
        if (options.Mode is { } mode)
        {
            return isDirectory ? mode | (mode & 0x124) >> 2 : mode;
        }
        return source.Mode & (keepsAll ? FileModes.All : isDirectory ? Permissions | Sticky : Permissions);
    }
}
