using XenKube.Hosting;

namespace XenKube.Tests.Hosting;

/// <summary>RFC 9110 section 14, for a file of a hundred bytes and for an empty one.</summary>
public sealed class ByteRangeTests
{
    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=0-99", 0, 100)]
    [InlineData("bytes=10-19", 10, 10)]
    [InlineData("BYTES=10-19", 10, 10)]
    [InlineData("bytes=10-", 10, 90)]
    [InlineData("bytes=99-", 99, 1)]
    [InlineData("bytes=90-1000", 90, 10)]
    [InlineData("bytes=-1", 99, 1)]
    [InlineData("bytes=-100", 0, 100)]
    [InlineData("bytes=-1000", 0, 100)]
    [InlineData("bytes=5-5", 5, 1)]
    public void Range_within_the_file_is_given(string field, long start, long length)
    {
        Assert.Equal(new ByteRange(start, length), ByteRange.Parse(field, 100, out var isUnsatisfiable));
        Assert.False(isUnsatisfiable);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("bytes")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=5")]
    [InlineData("bytes=5-4")]
    [InlineData("bytes=0-1,5-6")]
    [InlineData("bytes=1-2-3")]
    [InlineData("bytes=a-5")]
    [InlineData("bytes=5-a")]
    [InlineData("bytes=-a")]
    [InlineData("bytes= 1-2")]
    [InlineData("bytes=+1-2")]
    [InlineData("lines=1-2")]
    [InlineData("bytes=99999999999999999999-")]
    public void What_is_not_one_range_is_answered_with_the_whole_file(string? field)
    {
        Assert.Null(ByteRange.Parse(field, 100, out var isUnsatisfiable));
        Assert.False(isUnsatisfiable);
    }

    [Theory]
    [InlineData("bytes=100-", 100)]
    [InlineData("bytes=100-200", 100)]
    [InlineData("bytes=101-", 100)]
    [InlineData("bytes=-0", 100)]
    [InlineData("bytes=0-", 0)]
    [InlineData("bytes=-1", 0)]
    public void Range_beyond_the_file_cannot_be_given(string field, long length)
    {
        Assert.Null(ByteRange.Parse(field, length, out var isUnsatisfiable));
        Assert.True(isUnsatisfiable);
    }
}
