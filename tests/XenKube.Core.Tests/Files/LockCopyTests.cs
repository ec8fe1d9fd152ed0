using System.Runtime.InteropServices;
using XenKube.Devices;
using XenKube.Files;
using XenKube.Images.Transfer;
using XenKube.Tests.Support;

namespace XenKube.Tests.Files;

/// <summary>
/// A process that is being started has copies of the open files of the process that starts it, for the moment before it becomes another
/// program. A lock by one of these files ends when its owner lets it go, and not only when that moment is over.
/// </summary>
public sealed partial class LockCopyTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("directory", DirectoryLock.FileName)]
    [InlineData("download", "image.part.json")]
    [InlineData("image", "disk.img")]
    public void Lock_ends_with_its_owner_though_there_is_a_copy_of_the_file(string kind, string file)
    {
        _folder.Write("disk.img", new byte[1 << 20]);
        var first = Take(kind);
        var copy = CopyOf(_folder[file]);
        try
        {
            Assert.Throws<ItemInUseException>(() => Take(kind));
            first.Dispose();
            Take(kind).Dispose();
        }
        finally
        {
            Assert.Equal(0, Close(copy));
        }
    }

    private IDisposable Take(string kind) => kind switch
    {
        "directory" => DirectoryLock.Take(_folder.Path, "a test", TimeSpan.Zero),
        "download" => Download(),
        _ => new LockedImage(FileDevice.Open(_folder["disk.img"], writable: true)),
    };

    /// <summary>A download that stops with a part of the image, which keeps the file of its lock.</summary>
    private PartialFile Download()
    {
        var file = PartialFile.Open(_folder["image"]);
        file.Begin(new TransferState("http://127.0.0.1/image", "\"a\"", null, 100), 0);
        file.Append([1, 2, 3]);
        return file;
    }

    private static int CopyOf(string path)
    {
        var number = Directory.EnumerateFileSystemEntries("/proc/self/fd").First(link => TargetOf(link) == path);
        var copy = Duplicate(int.Parse(Path.GetFileName(number), System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(copy >= 0);
        return copy;
    }

    private static string? TargetOf(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (IOException)
        {
            // Another test has closed it.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    private sealed class LockedImage : IDisposable
    {
        private readonly FileDevice _device;
        private readonly ImageLock _lock;

        public LockedImage(FileDevice device)
        {
            _device = device;
            try
            {
                _lock = ImageLock.Take(device);
            }
            catch
            {
                device.Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            _lock.Dispose();
            _device.Dispose();
        }
    }
}
