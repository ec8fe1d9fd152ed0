using System.Globalization;
using XenKube.FileSystems;

namespace XenKube.Tests.FileSystems;

public class FileModeTextTests
{
    [Fact]
    public void Every_mode_is_read_as_it_is_written()
    {
        for (var mode = 0; mode <= 0xFFF; mode++)
        {
            Assert.True(FileModeText.TryParse(FileModeText.Of(FileSystemEntryKind.File, mode), out var read));
            Assert.Equal(mode, read);
            Assert.True(FileModeText.TryParse(FileModeText.Of(FileSystemEntryKind.Directory, mode)[1..], out read));
            Assert.Equal(mode, read);
            Assert.True(FileModeText.TryParse(Convert.ToString(mode, 8), out read));
            Assert.Equal(mode, read);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("8")]
    [InlineData("10000")]
    [InlineData("000644")]
    [InlineData("-1")]
    [InlineData("u=rw")]
    [InlineData("rwxrwxrw")]
    [InlineData("rwxrwxrws")]
    [InlineData("xwrxwrxwr")]
    [InlineData("rwtrwxrwx")]
    public void Other_texts_are_not_modes(string? text) => Assert.False(FileModeText.TryParse(text, out _), text);

    [Theory]
    [InlineData("500", "500", "")]
    [InlineData("500:501", "500", "501")]
    [InlineData(":7", "", "7")]
    [InlineData("4294967295:0", "4294967295", "0")]
    public void Owner_is_read(string text, string user, string group)
    {
        Assert.True(FileOwner.TryParse(text, out var foundUser, out var foundGroup));
        Assert.Equal((user, group), (Text(foundUser), Text(foundGroup)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("core")]
    [InlineData("-1")]
    [InlineData("1:2:3")]
    [InlineData("4294967296")]
    [InlineData(" 1")]
    public void Other_texts_are_not_owners(string text) => Assert.False(FileOwner.TryParse(text, out _, out _));

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
