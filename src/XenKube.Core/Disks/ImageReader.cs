using System.Diagnostics;
using XenKube.FileSystems;

namespace XenKube.Disks;

/// <summary>
/// Reads an image that others may edit meanwhile, a running guest or another XenKube: what it returns is of one state of the
/// image. Everything read before is kept as long as the image does not change. Not for use by several threads at once.
/// </summary>
public sealed class ImageReader : IDisposable
{
    /// <summary>Files up to this size are read as one.</summary>
    private const int LargestKept = 1 << 20;

    private readonly Dictionary<int, IFileSystem> _fileSystems = [];
    private readonly Func<string, DiskImage> _open;
    private DiskImage? _image;
    private ImageState _state;

    /// <summary>Makes a reader; the image is opened when something is read.</summary>
    /// <param name="path">Path of the image or the block device.</param>
    /// <param name="offset">The byte at which the disk or the file system begins.</param>
    public ImageReader(string path, long offset = 0)
        : this(path, image => DiskImage.OpenRead(image, offset))
    {
    }

    internal ImageReader(string path, Func<string, DiskImage> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = path;
        _open = open;
    }

    /// <summary>Path of the image.</summary>
    public string Path { get; }

    /// <summary>
    /// Grows each time the image was found changed. Code that combines several results compares this number before and after.
    /// </summary>
    public int Version { get; private set; }

    /// <summary>Reads from an image once.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="path">Path of the image.</param>
    /// <param name="read">Reads; is called again where the image changed meanwhile, so that it must have no effect but its result.</param>
    /// <param name="cancellationToken">Ends the waiting for an image that changes.</param>
    /// <exception cref="ItemInUseException">The image changes all the time.</exception>
    public static T ReadOnce<T>(string path, Func<DiskImage, T> read, CancellationToken cancellationToken = default)
    {
        using var reader = new ImageReader(path);
        return reader.Read(read, cancellationToken);
    }

    /// <summary>Reads from the image.</summary>
    /// <inheritdoc cref="ReadOnce"/>
    public T Read<T>(Func<DiskImage, T> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        var start = Stopwatch.GetTimestamp();
        for (var left = ImageState.LongestWait; ; left = ImageState.LongestWait - Stopwatch.GetElapsedTime(start))
        {
            // An image that changes all the time is not read for ever.
            if (left <= TimeSpan.Zero)
            {
                throw Changed();
            }
            try
            {
                Refresh(left, cancellationToken);
                var result = read(_image!);
                if (!HasChanged)
                {
                    return result;
                }
            }
            catch (XenKubeException) when (_image is not null && HasChanged)
            {
                // The damage that was found may be a state between two edits.
            }
        }
    }

    /// <summary>Reads from a file system of the image.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="partition">The partition.</param>
    /// <param name="read">Reads; is called again where the image changed meanwhile. A stream that it returns fails when the image changes
    /// later.</param>
    /// <param name="cancellationToken">Ends the waiting for an image that changes.</param>
    /// <exception cref="ItemInUseException">The image changes all the time.</exception>
    public T Read<T>(DiskPartition partition, Func<IFileSystem, T> read, CancellationToken cancellationToken = default) =>
        Read(image => read(new WatchedFileSystem(Open(image, partition), ThrowIfChanged(_state))), cancellationToken);

    /// <summary>Reads from a file system of the image.</summary>
    /// <param name="label">A label in its exact case, a partition number, or both as in <c>Linux filesystem~2</c>.</param>
    /// <param name="read">As above.</param>
    /// <param name="cancellationToken">Ends the waiting for an image that changes.</param>
    /// <inheritdoc cref="Read{T}(DiskPartition, Func{IFileSystem, T}, CancellationToken)"/>
    public T Read<T>(string label, Func<IFileSystem, T> read, CancellationToken cancellationToken = default) =>
        Read(image => read(new WatchedFileSystem(Open(image, image.GetPartition(label)), ThrowIfChanged(_state))), cancellationToken);

    /// <summary>
    /// Opens a file. A small one is read at once, so that it can be read again when the image changes meanwhile; of a larger one reading
    /// ends with an error.
    /// </summary>
    /// <param name="files">The file system, within <see cref="Read{T}(DiskPartition, Func{IFileSystem, T}, CancellationToken)"/>.</param>
    /// <param name="path">Absolute path of the file.</param>
    public static Stream OpenRead(IFileSystem files, string path)
    {
        ArgumentNullException.ThrowIfNull(files);
        var content = files.OpenRead(path);
        if (content.Length > LargestKept)
        {
            return content;
        }
        using (content)
        {
            var kept = new MemoryStream();
            content.CopyTo(kept);
            kept.Position = 0;
            return kept;
        }
    }

    /// <summary>The same for what cannot be done twice, such as a copy: where the image changes, it ends with an error.</summary>
    /// <inheritdoc cref="Read{T}(DiskPartition, Func{IFileSystem, T}, CancellationToken)"/>
    public T ReadUnrepeated<T>(DiskPartition partition, Func<IFileSystem, T> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        Refresh(ImageState.LongestWait, cancellationToken);
        return read(new WatchedFileSystem(Open(_image!, partition), ThrowIfChanged(_state)));
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private bool HasChanged => ImageState.Of(Path) != _state;

    private ItemInUseException Changed() => new(ErrorIds.ImageModified, Path, null, "it changed while it was read",
        "Try again; the disk of a running guest changes until the guest is stopped");

    private Action ThrowIfChanged(ImageState state) => () =>
    {
        if (ImageState.Of(Path) != state)
        {
            throw Changed();
        }
    };

    private void Refresh(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_image is not null && !HasChanged)
        {
            return;
        }
        var wasOpen = _image is not null;
        Close();
        _state = ImageState.Settled(Path, patience, cancellationToken) ?? throw Changed();
        _image = _open(Path);
        Version += wasOpen ? 1 : 0;
    }

    private IFileSystem Open(DiskImage image, DiskPartition partition)
    {
        if (!_fileSystems.TryGetValue(partition.Number, out var files))
        {
            files = image.OpenFileSystem(partition);
            _fileSystems.Add(partition.Number, files);
        }
        return files;
    }

    private void Close()
    {
        foreach (var files in _fileSystems.Values)
        {
            files.Dispose();
        }
        _fileSystems.Clear();
        _image?.Dispose();
        _image = null;
    }
}
