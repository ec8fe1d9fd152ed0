namespace XenKube.Tests;

public sealed class BinarySizeTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(4_756_340_736, "4.4 GiB")]
    [InlineData(-1536, "-1.5 KiB")]
    [InlineData(long.MaxValue, "8 EiB")]
    public void Format_takes_the_largest_unit_that_fits(long bytes, string text) => Assert.Equal(text, BinarySize.Format(bytes));
}
