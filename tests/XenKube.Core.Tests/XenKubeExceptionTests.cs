namespace XenKube.Tests;

public class XenKubeExceptionTests
{
    [Fact]
    public void Message_names_file_place_reason_and_remedy_in_one_line()
    {
        var error = new InvalidInputException(ErrorIds.PathInvalid, "a.img", "byte 512", "no 'EFI PART'", "Give a disk with a GPT");
        Assert.Equal("a.img: byte 512: no 'EFI PART'. Give a disk with a GPT", error.Message);
    }

    [Fact]
    public void In_adds_the_file_once_and_the_innermost_wins()
    {
        var error = CorruptImageException.At("GPT header", 512, "no 'EFI PART'").In("inner.img").In("outer.img");
        Assert.Equal("inner.img: GPT header at byte 512: no 'EFI PART'", error.Message);
    }
}
