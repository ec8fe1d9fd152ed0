using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Win32.SafeHandles;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Images;

/// <summary>
/// The decompressed image as a sparse file beside the compressed one, and next to it a note of what it was made from. It
/// is valid only while the image has the size, time and digest of the note, and the file itself was not touched.
/// </summary>
internal sealed partial class ImageCache
{
    private readonly string _image;

    public ImageCache(string image)
    {
        _image = image;
        Path = image.EndsWith(".bz2", StringComparison.Ordinal) ? image[..^4] : image + ".raw";
    }

    /// <summary>The decompressed file.</summary>
    public string Path { get; }

    private string NotePath => Path + ".origin";

    /// <summary>Opens the decompressed file if it is still good.</summary>
    /// <param name="expectedSha512">The digest that the image has to have, or null.</param>
    /// <returns>Null when there is none, or when it is stale.</returns>
    public SafeFileHandle? TryOpen(string? expectedSha512)
    {
        try
        {
            if (ReadNote() is not { } note || FileStatus.Read(_image) is not { } image)
            {
                return null;
            }
            if (note.ImageSize != image.Size || note.ImageModified != image.ModifiedNanoseconds
                || (expectedSha512 is not null && !string.Equals(expectedSha512, note.ImageSha512, StringComparison.OrdinalIgnoreCase)))
            {
                return null;
            }
            var handle = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (FileStatus.Read(handle) is { IsRegularFile: true } file && file.Size == note.Size && file.ModifiedNanoseconds == note.Modified)
            {
                return handle;
            }
            handle.Dispose();
            return null;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
    }

    /// <summary>Starts a new decompressed file.</summary>
    /// <exception cref="ItemExistsException">There is a file of that name that XenKube did not make.</exception>
    public NewFile Create()
    {
        if (FileStatus.Read(Path, follow: false) is not null && ReadNote() is null)
        {
            throw new ItemExistsException(ErrorIds.CacheExists, Path, null, "the decompressed image would be kept here, but there is a file that XenKube did not make", "Remove it, or do without the cache");
        }
        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        return NewFile.Create(Path, readable);
    }

    /// <summary>Gives a new file the cache's name, in the place of a stale one.</summary>
    /// <param name="file">The finished file.</param>
    /// <param name="size">Its length.</param>
    /// <param name="image">The image as it was before it was decompressed.</param>
    /// <param name="sha512">The digest of the image.</param>
    public void Publish(NewFile file, long size, FileStatus image, string sha512)
    {
        try
        {
            // The note is removed first and written last: without it the file is not used.
            File.Delete(NotePath);
            File.Delete(Path);
            file.Publish();
            var note = new Note(image.Size, image.ModifiedNanoseconds, sha512, size, file.ModifiedNanoseconds);
            AtomicFile.Write(NotePath, JsonSerializer.SerializeToUtf8Bytes(note, NoteContext.Default.Note));
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.CacheNotWritable, Path, null, e.Message, "Do without the cache", e);
        }
    }

    private Note? ReadNote()
    {
        try
        {
            using var stream = File.OpenRead(NotePath);
            return stream.Length > 4096 ? null : JsonSerializer.Deserialize(stream, NoteContext.Default.Note);
        }
        catch (Exception e) when (e.IsFileTrouble() || e is JsonException)
        {
            return null;
        }
    }

    internal sealed record Note(long ImageSize, long ImageModified, string ImageSha512, long Size, long Modified);

    [JsonSerializable(typeof(Note))]
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
    private sealed partial class NoteContext : JsonSerializerContext;
}
