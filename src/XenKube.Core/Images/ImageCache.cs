using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Win32.SafeHandles;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Images;

/// <summary>
/// The decompressed image as a sparse file beside the compressed one, and next to it a note of what it was made from. It
/// is valid only while the image has the size, time and digest of the note, the file itself was not touched, and nobody but root and this
/// user may write the file or the note.
/// </summary>
internal sealed partial class ImageCache
{
    private const long LargestNote = 4096;

    private readonly string _image;

    public ImageCache(string image)
    {
        _image = image;
        Path = image.EndsWith(".bz2", StringComparison.Ordinal) ? image[..^4] : image + ".raw";
    }

    /// <summary>The decompressed file.</summary>
    public string Path { get; }

    private string NotePath => Path + ".origin";

    /// <summary>The files of the cache; none where the file of that name is not one that XenKube made.</summary>
    public IReadOnlyList<string> OwnFiles() => ReadNote() is null ? [] : [Path, NotePath];

    /// <summary>Opens the decompressed file if it is still good.</summary>
    /// <param name="expectedSha512">The digest that the image has to have, or null.</param>
    /// <returns>Null when there is none, or when it is stale.</returns>
    public SafeFileHandle? TryOpen(string? expectedSha512)
    {
        SafeFileHandle? handle = null;
        try
        {
            if (ReadNote() is not { } note || HostFile.Find(_image) is not { } image
                || note.ImageSize != image.Size || note.ImageModified != image.ModifiedNanoseconds
                || (expectedSha512 is not null && !string.Equals(expectedSha512, note.ImageSha512, StringComparison.OrdinalIgnoreCase)))
            {
                return null;
            }
            handle = HostFile.TryOpen(Path);
            if (handle is not null && FileStatus.Read(handle) is var file && note.IsOf(file) && FileTrust.Distrust(Path, file) is null)
            {
                var good = handle;
                handle = null;
                return good;
            }
            return null;
        }
        catch (Exception e) when (e.IsFileTrouble() || e is OperationFailedException)
        {
            return null;
        }
        finally
        {
            handle?.Dispose();
        }
    }

    /// <summary>Starts a new decompressed file.</summary>
    /// <exception cref="ItemExistsException">There is a file of that name that XenKube did not make.</exception>
    public NewFile Create()
    {
        if (HostFile.Find(Path, follow: false) is not null && ReadNote() is null)
        {
            throw new ItemExistsException(ErrorIds.CacheExists, Path, null,
                "the decompressed image would be kept here, but there is a file that XenKube did not make",
                "Remove it, or do without the cache");
        }
        return NewFile.Create(Path, FileModes.ReadableByAll);
    }

    /// <summary>Gives a new file the cache's name, in the place of a stale one.</summary>
    /// <param name="file">The finished file.</param>
    /// <param name="image">The image as it was before it was decompressed.</param>
    /// <param name="sha512">The digest of the image.</param>
    public void Publish(NewFile file, FileStatus image, string sha512)
    {
        try
        {
            // The note is removed first and written last: without it the file is not used.
            HostFile.Remove(NotePath);
            HostFile.Remove(Path);
            file.Publish();
            var note = Note.Of(image, sha512, file.Status);
            AtomicFile.Write(NotePath, JsonSerializer.SerializeToUtf8Bytes(note, NoteContext.Default.Note));
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.CacheNotWritable, Path, null, e.Message, "Do without the cache", e);
        }
    }

    // The writer of the note decides which bytes are taken for the image's.
    private Note? ReadNote()
    {
        try
        {
            using var handle = HostFile.TryOpen(NotePath);
            if (handle is null || FileStatus.Read(handle) is var status
                && (status.Size > LargestNote || FileTrust.Distrust(NotePath, status) is not null))
            {
                return null;
            }
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            return JsonSerializer.Deserialize(stream, NoteContext.Default.Note);
        }
        catch (Exception e) when (e.IsFileTrouble() || e is JsonException or OperationFailedException)
        {
            return null;
        }
    }

    /// <summary>The source of a decompressed file, and the identity of the file.</summary>
    /// <param name="ImageSize">Length of the compressed image.</param>
    /// <param name="ImageModified">Time of the image's last change, in nanoseconds since 1970.</param>
    /// <param name="ImageSha512">Digest of the image.</param>
    /// <param name="Size">Length of the decompressed file.</param>
    /// <param name="Inode">Its inode.</param>
    /// <param name="Changed">Time of its last change in any respect, in nanoseconds since 1970, which nobody can set.</param>
    internal sealed record Note(long ImageSize, long ImageModified, string ImageSha512, long Size, ulong Inode, long Changed)
    {
        public static Note Of(FileStatus image, string sha512, FileStatus file) =>
            new(image.Size, image.ModifiedNanoseconds, sha512, file.Size, file.Inode, file.ChangedNanoseconds);

        public bool IsOf(FileStatus file) => file.Size == Size && file.Inode == Inode && file.ChangedNanoseconds == Changed;
    }

    [JsonSerializable(typeof(Note))]
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true)]
    private sealed partial class NoteContext : JsonSerializerContext;
}
