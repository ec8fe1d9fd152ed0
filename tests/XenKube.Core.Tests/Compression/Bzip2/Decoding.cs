using XenKube.Compression.Bzip2;

namespace XenKube.Tests.Compression.Bzip2;

/// <summary>The three ways through the decoder, which have to agree.</summary>
internal static class Decoding
{
    /// <summary>Decodes in parallel, with one worker and as a stream; all must give the content.</summary>
    public static void ShouldGive(byte[] compressed, byte[] content, string what)
    {
        Same(content, Parallel(compressed, 2).Bytes, what + ", two workers");
        Same(content, Parallel(compressed, 1).Bytes, what + ", one worker");
        Same(content, AsStream(compressed).Bytes, what + ", as a stream");
    }

    public static (byte[] Bytes, XenKubeException? Error) Parallel(byte[] compressed, int threads)
    {
        var sink = new CollectingSink();
        try
        {
            var length = Bzip2Decoder.Decode(new MemoryStream(compressed), sink, new Bzip2Options { Threads = threads });
            Assert.Equal(length, sink.Bytes.Length);
            return (sink.Bytes, null);
        }
        catch (XenKubeException e)
        {
            return (sink.Bytes, e);
        }
    }

    public static (byte[] Bytes, XenKubeException? Error) AsStream(byte[] compressed)
    {
        var bytes = new MemoryStream();
        try
        {
            using var stream = new Bzip2Stream(new MemoryStream(compressed));
            stream.CopyTo(bytes);
            return (bytes.ToArray(), null);
        }
        catch (XenKubeException e)
        {
            return (bytes.ToArray(), e);
        }
    }

    private static void Same(byte[] expected, byte[] actual, string what) =>
        Assert.True(expected.AsSpan().SequenceEqual(actual), $"{what}: {actual.Length} bytes, expected {expected.Length}; the first {expected.AsSpan().CommonPrefixLength(actual)} are equal");
}
