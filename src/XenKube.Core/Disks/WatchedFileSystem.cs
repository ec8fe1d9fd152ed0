using XenKube.FileSystems;

namespace XenKube.Disks;

/// <summary>A file system for reading that says so when its image changed: nothing that it returns is of two states.</summary>
internal sealed class WatchedFileSystem(IFileSystem files, Action throwIfChanged) : IFileSystem
{
    public string Kind => files.Kind;

    public string Label => files.Label;

    public string Uuid => files.Uuid;

    public bool CanWrite => false;

    public long Size => files.Size;

    public long FreeBytes => Watch(() => files.FreeBytes);

    public FileSystemEntry? Find(string path, bool followLink = true) => Watch(() => files.Find(path, followLink));

    public IReadOnlyList<FileSystemEntry> List(string path) => Watch(() => files.List(path));

    public Stream OpenRead(string path) => Watch(() => new WatchedStream(files.OpenRead(path), throwIfChanged));

    public void WriteFile(string path, ReadOnlySpan<byte> content, FileAttributesChange? attributes = null) =>
        throw FileSystemErrors.ReadOnly();

    public void WriteFile(string path, Stream content, FileAttributesChange? attributes = null,
        CancellationToken cancellationToken = default) => throw FileSystemErrors.ReadOnly();

    public void SetAttributes(string path, FileAttributesChange attributes, bool followLink = true) => throw FileSystemErrors.ReadOnly();

    public void CreateHardLink(string path, string existing) => throw FileSystemErrors.ReadOnly();

    public IReadOnlyDictionary<string, byte[]> ReadExtendedAttributes(string path) => Watch(() => files.ReadExtendedAttributes(path));

    public IFileSystemBatch BeginBatch() => throw FileSystemErrors.ReadOnly();

    public void CreateDirectory(string path, FileAttributesChange? attributes = null) => throw FileSystemErrors.ReadOnly();

    public void CreateSymbolicLink(string path, string target) => throw FileSystemErrors.ReadOnly();

    public bool Remove(string path) => throw FileSystemErrors.ReadOnly();

    public void Rename(string path, string newPath) => throw FileSystemErrors.ReadOnly();

    // The file system below is kept for the next one.
    public void Dispose()
    {
    }

    private T Watch<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        finally
        {
            throwIfChanged();
        }
    }

    private sealed class WatchedStream(Stream stream, Action throwIfChanged) : FileContentStream, ISparseStream
    {
        public override long Length => stream.Length;

        protected override int ReadAt(long position, Span<byte> buffer)
        {
            try
            {
                stream.Position = position;
                return stream.Read(buffer);
            }
            finally
            {
                throwIfChanged();
            }
        }

        public long NextData(long offset) => stream is ISparseStream sparse ? sparse.NextData(offset) : Math.Min(offset, Length);

        public long NextHole(long offset) => stream is ISparseStream sparse ? sparse.NextHole(offset) : Length;

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                stream.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
