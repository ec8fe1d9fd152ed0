using System.Text;
using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Disks;

[Trait("Kind", "Process")]
public sealed class ImageReaderTests : IDisposable
{
    private const string Label = "ROOT";

    private readonly TemporaryDirectory _folder = new();
    private readonly string _image;

    public ImageReaderTests()
    {
        Tool.Need("sgdisk", "mke2fs", "truncate");
        _image = _folder["disk.img"];
        Tool.Run("truncate", "-s", "20M", _image).ShouldSucceed();
        Tool.Run("sgdisk", "-n", "1:2048:+16M", "-c", "1:ROOT", _image).ShouldSucceed();
        Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-E", "offset=1048576,nodiscard", _image, "16M").ShouldSucceed();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reading_beside_edits_shows_one_state_or_says_that_the_image_changed()
    {
        Write(0);
        using var stop = new CancellationTokenSource();
        var editor = Task.Run(() =>
        {
            for (var number = 1; !stop.IsCancellationRequested; number++)
            {
                Write(number);
                // Some edits follow each other at once, others leave the reader time.
                Thread.Sleep(number % 3 == 0 ? 60 : 0);
            }
        });
        var read = 0;
        using (var reader = new ImageReader(_image))
        {
            for (var attempt = 0; attempt < 60; attempt++)
            {
                try
                {
                    var (text, names) = reader.Read(Label, files =>
                    {
                        using var content = new StreamReader(files.OpenRead("/f"));
                        return (content.ReadToEnd(), files.List("/").Count);
                    });
                    Assert.Equal(Content(text.Split(' ')[0]), text);
                    Assert.InRange(names, 2, 3);
                    read++;
                }
                catch (ItemInUseException e)
                {
                    Assert.Equal("ImageModified", e.ErrorId);
                }
            }
        }
        await stop.CancelAsync();
        await editor;
        Assert.True(read > 0);
    }

    [Fact]
    public void Image_that_changes_at_each_look_is_not_waited_for_without_end()
    {
        Write(1);
        using var reader = new ImageReader(_image, path =>
        {
            var opened = DiskImage.OpenRead(path);
            using var guest = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            guest.WriteByte(0);
            return opened;
        });
        Assert.Equal("ImageModified", Assert.Throws<ItemInUseException>(() => Text(reader)).ErrorId);
    }

    [Fact]
    public void Stream_that_is_open_while_the_image_changes_fails_in_place_of_mixing_two_states()
    {
        Write(1);
        using var reader = new ImageReader(_image);
        using var content = reader.Read(Label, files => files.OpenRead("/f"));
        var buffer = new byte[100];
        Assert.Equal(buffer.Length, content.Read(buffer));
        Write(2);
        Assert.Equal("ImageModified", Assert.Throws<ItemInUseException>(() => content.Read(buffer)).ErrorId);
        Assert.StartsWith("2 ", reader.Read(Label, files => new StreamReader(files.OpenRead("/f")).ReadToEnd()), StringComparison.Ordinal);
        Assert.Equal(1, reader.Version);
    }

    [Fact]
    public void Image_that_another_takes_the_place_of_is_opened_again()
    {
        Write(1);
        using var reader = new ImageReader(_image);
        Assert.StartsWith("1 ", Text(reader), StringComparison.Ordinal);
        File.Copy(_image, _folder["new.img"]);
        Write(2, _folder["new.img"]);
        File.Move(_folder["new.img"], _image, overwrite: true);
        Assert.StartsWith("2 ", Text(reader), StringComparison.Ordinal);
        File.Delete(_image);
        Assert.Throws<ItemNotFoundException>(() => Text(reader));
    }

    private static string Text(ImageReader reader) => reader.Read(Label, files => new StreamReader(files.OpenRead("/f")).ReadToEnd());

    private static string Content(string number) => $"{number} {string.Concat(Enumerable.Repeat(number + "\n", 3000))}";

    private void Write(int number, string? image = null)
    {
        using var disk = DiskImage.OpenWrite(image ?? _image);
        using var files = disk.OpenFileSystem(Label);
        files.WriteFile(number % 2 == 0 ? "/other" : "/f", Encoding.UTF8.GetBytes(Content("9")));
        files.WriteFile("/f", Encoding.UTF8.GetBytes(Content(number.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        files.Remove("/other");
    }
}
