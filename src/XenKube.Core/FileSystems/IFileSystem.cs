namespace XenKube.FileSystems;

/// <summary>
/// A file system inside a partition. Paths are absolute, with <c>/</c> between the names. Missing things are results
/// (null), broken ones are exceptions. Every changing member is one edit: after a crash at any moment the file system
/// is whole and holds either the old or the new state (FAT and ext2 without a journal: see docs/promise.md).
/// </summary>
public interface IFileSystem : IDisposable
{
    /// <summary>The kind as parted prints it: <c>ext2</c>, <c>ext3</c>, <c>ext4</c>, <c>fat16</c>, <c>fat32</c>.</summary>
    string Kind { get; }

    /// <summary>The volume label, without padding; empty where there is none.</summary>
    string Label { get; }

    /// <summary>The identifier as blkid prints it: a UUID for ext, <c>XXXX-XXXX</c> for FAT.</summary>
    string Uuid { get; }

    /// <summary>True where the changing members may be used.</summary>
    bool CanWrite { get; }

    /// <summary>Bytes of the whole file system, its own tables included. No sound file system holds more than this.</summary>
    long Size { get; }

    /// <summary>How many bytes are free, as statfs counts them: in whole blocks, those that only root may take included.</summary>
    long FreeBytes { get; }

    /// <summary>Looks up a path.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="followLink">True to follow a symbolic link in the last place; links before it are always followed.</param>
    /// <returns>The entry, or null if there is nothing at that path.</returns>
    FileSystemEntry? Find(string path, bool followLink = true);

    /// <summary>Lists a directory in the order of its names (ordinal), without <c>.</c> and <c>..</c>.</summary>
    /// <param name="path">Absolute path of a directory.</param>
    /// <exception cref="ItemNotFoundException">There is no such directory.</exception>
    IReadOnlyList<FileSystemEntry> List(string path);

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">Absolute path of a regular file; links are followed.</param>
    /// <exception cref="ItemNotFoundException">There is no such file.</exception>
    Stream OpenRead(string path);

    /// <summary>Creates a file or replaces the content of one, as one edit.</summary>
    /// <param name="path">Absolute path; the directory has to exist.</param>
    /// <param name="content">The whole new content.</param>
    /// <param name="attributes">Owner, mode and times; where left out, those of an existing file are kept and a new one gets the
    /// defaults.</param>
    void WriteFile(string path, ReadOnlySpan<byte> content, FileAttributesChange? attributes = null);

    /// <summary>
    /// Creates a file or replaces the content of one, as one edit, and takes a constant amount of memory for it. The new content goes
    /// to free space first; the name leads to the old content until all of the new one is there.
    /// </summary>
    /// <param name="path">Absolute path; the directory has to exist.</param>
    /// <param name="content">The whole new content, read from where the stream is to its end. The holes of a sparse file stay
    /// holes.</param>
    /// <param name="attributes">Owner, mode and times; where left out, those of an existing file are kept and a new one gets the
    /// defaults.</param>
    /// <param name="cancellationToken">Ends the edit; nothing is changed.</param>
    void WriteFile(string path, Stream content, FileAttributesChange? attributes = null, CancellationToken cancellationToken = default);

    /// <summary>Changes owner, mode, times and extended attributes of what is there, as one edit.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="attributes">What changes; null members stay as they are.</param>
    /// <param name="followLink">True to follow a symbolic link in the last place.</param>
    /// <exception cref="ItemNotFoundException">There is nothing at that path.</exception>
    /// <exception cref="UnsupportedFeatureException">The file system does not keep such an attribute (FAT: owners, extended
    /// attributes).</exception>
    void SetAttributes(string path, FileAttributesChange attributes, bool followLink = true);

    /// <summary>Gives a file a second name.</summary>
    /// <param name="path">Absolute path of the new name; nothing may be there.</param>
    /// <param name="existing">Absolute path of the file; a link in the last place is not followed.</param>
    /// <exception cref="UnsupportedFeatureException">The file system has no hard links (FAT).</exception>
    void CreateHardLink(string path, string existing);

    /// <summary>
    /// The extended attributes of a file, directory or link by their full names, such as <c>user.comment</c>; none on FAT.
    /// </summary>
    /// <param name="path">Absolute path; a link in the last place is not followed.</param>
    /// <exception cref="ItemNotFoundException">There is nothing at that path.</exception>
    IReadOnlyDictionary<string, byte[]> ReadExtendedAttributes(string path);

    /// <summary>
    /// Begins a batch: the changes until its end are brought to the disk together, in as few edits as hold them. Each change is still
    /// all or nothing, and one that fails leaves the others as they are. A batch that is begun within another one is a part of it.
    /// </summary>
    IFileSystemBatch BeginBatch();

    /// <summary>Makes a directory.</summary>
    /// <param name="path">Absolute path; the directory above has to exist.</param>
    /// <param name="attributes">Owner, mode and times, or null for the defaults.</param>
    /// <exception cref="ItemExistsException">There is something at that path already.</exception>
    void CreateDirectory(string path, FileAttributesChange? attributes = null);

    /// <summary>Makes a symbolic link.</summary>
    /// <param name="path">Absolute path of the link.</param>
    /// <param name="target">What it points to, kept as given.</param>
    /// <exception cref="UnsupportedFeatureException">The file system knows no links (FAT).</exception>
    void CreateSymbolicLink(string path, string target);

    /// <summary>Removes a file, a link or an empty directory.</summary>
    /// <param name="path">Absolute path; a link in the last place is not followed.</param>
    /// <returns>False if there was nothing to remove.</returns>
    bool Remove(string path);

    /// <summary>Renames or moves a file, link or directory within the file system; an existing file at the new place is replaced.</summary>
    /// <param name="path">Absolute path of what is there.</param>
    /// <param name="newPath">Absolute path that it gets.</param>
    void Rename(string path, string newPath);
}
