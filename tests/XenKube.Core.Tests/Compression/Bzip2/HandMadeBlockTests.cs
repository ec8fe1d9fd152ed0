using System.Diagnostics;
using XenKube.Tests.Support;

namespace XenKube.Tests.Compression.Bzip2;

/// <summary>Streams that the format allows and that no encoder of today writes, against the real bzip2.</summary>
public class HandMadeBlockTests
{
    private static readonly byte[] AllBytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    [Theory]
    [InlineData(10, 1)]
    [InlineData(3_000, 2)]
    [InlineData(30_000, 3)]
    [InlineData(300_000, 4)]
    [Trait("Kind", "Process")]
    public void Randomised_block_is_decoded_as_by_bzip2(int length, int seed)
    {
        Tool.Need("bzip2");
        ShouldBeAsBzip2(HandMadeBlock.File(9, new HandMadeBlock { Symbols = RandomSymbols(length, seed, 200), Alphabet = AllBytes, Origin = length / 3, Randomised = true }));
    }

    // A random column is rarely that of one string: its rotations form several circles, of which bzip2 walks the first.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(16_384)]
    [InlineData(200_000)]
    [InlineData(620_000)]
    [Trait("Kind", "Process")]
    public void Column_of_several_circles_is_decoded_as_by_bzip2(int length)
    {
        Tool.Need("bzip2");
        for (var seed = 0; seed < 5; seed++)
        {
            var block = new HandMadeBlock { Symbols = RandomSymbols(length, seed, 3 + (40 * seed)), Alphabet = AllBytes, Origin = (int)((long)length * seed / 7) };
            ShouldBeAsBzip2(HandMadeBlock.File(9, block));
        }
    }

    // Ranks all beyond the first sixteen, and codes longer than any lookup.
    [Fact]
    [Trait("Kind", "Process")]
    public void Far_ranks_and_long_codes_are_decoded_as_by_bzip2()
    {
        Tool.Need("bzip2");
        var lengths = new int[258];
        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            lengths[symbol] = symbol < 12 ? symbol + 1 : 20;
        }
        var symbols = new int[50_000];
        for (var i = 0; i < symbols.Length; i++)
        {
            symbols[i] = i % 11 == 0 ? i % 2 : 17 + (i * 7 % 239);
        }
        ShouldBeAsBzip2(HandMadeBlock.File(9, new HandMadeBlock { Symbols = symbols, Alphabet = AllBytes, Origin = 77, Lengths = lengths }));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void More_selectors_than_groups_are_no_error()
    {
        Tool.Need("bzip2");
        var symbols = RandomSymbols(1_000, 1, 250);
        foreach (var more in new[] { 1, 100, 18_002 - 20, 18_100, 32_767 - 21 })
        {
            var file = HandMadeBlock.File(9, new HandMadeBlock { Symbols = symbols, Alphabet = AllBytes, MoreSelectors = more });
            var ours = Decoding.AsStream(file);
            Assert.Null(ours.Error);
            Assert.Equal(Tool.Run("bzip2", ["-dc"], file).ShouldSucceed().OutputBytes, ours.Bytes);
        }
    }

    // With 254 bytes in use every symbol's code is itself in eight bits: the block's own bits can say anything.
    [Fact]
    [Trait("Kind", "Process")]
    public void Magic_numbers_inside_of_a_block_are_not_taken_for_blocks()
    {
        Tool.Need("bzip2");
        byte[] inner = HandMadeBlock.File(9, new HandMadeBlock { Symbols = RandomSymbols(2_000, 5, 100), Alphabet = AllBytes })[4..];
        var symbols = new List<int>();
        for (var i = 0; i < 200; i++)
        {
            symbols.AddRange(inner.Select(value => value == 255 ? 254 : value));
            symbols.AddRange([0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90]);
        }
        var block = new HandMadeBlock { Symbols = WithoutLongRuns(symbols), Alphabet = AllBytes[..254], Origin = 12_345 };
        var stopwatch = Stopwatch.StartNew();
        ShouldBeAsBzip2(HandMadeBlock.File(9, block, block, block, block));
        Assert.True(stopwatch.Elapsed < TimeSpan.FromMinutes(1), "what looks like blocks was all decoded again and again");
    }

    [Fact]
    public void Block_longer_than_its_level_allows_is_refused()
    {
        var block = new HandMadeBlock { Symbols = RandomSymbols(100_001, 1, 250), Alphabet = AllBytes };
        Decoding.ShouldGive(HandMadeBlock.File(2, block), block.Decode(), "level 2");
        var refused = Decoding.Parallel(HandMadeBlock.File(1, block), 2);
        Assert.IsType<CorruptImageException>(refused.Error);
        Assert.Equal("bzip2 block at byte 4", refused.Error.Place);
        Assert.Empty(refused.Bytes);
    }

    [Theory]
    [InlineData(19)]
    [InlineData(25)]
    [InlineData(60)]
    [InlineData(200)]
    public void Run_longer_than_any_block_is_refused(int digits)
    {
        var block = new HandMadeBlock { Symbols = [2, .. Enumerable.Repeat(1, digits), 2], Alphabet = AllBytes, Content = [] };
        var file = HandMadeBlock.File(9, block);
        foreach (var error in new[] { Decoding.AsStream(file).Error, Decoding.Parallel(file, 2).Error })
        {
            Assert.IsType<CorruptImageException>(error);
            Assert.Equal("bzip2 block at byte 4", error.Place);
        }
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(1, 1, 2, 2)]
    [InlineData(2, 2, 2, 1)]
    public void Code_with_more_codes_than_fit_is_refused(params int[] lengths)
    {
        var block = new HandMadeBlock { Symbols = [2, 2, 2], Alphabet = "ab"u8.ToArray(), Lengths = lengths };
        Assert.IsType<CorruptImageException>(Decoding.AsStream(HandMadeBlock.File(9, block)).Error);
    }

    [Fact]
    public void Wrong_block_and_stream_checksums_are_found()
    {
        var good = new HandMadeBlock { Symbols = RandomSymbols(500, 3, 100), Alphabet = AllBytes };
        var bad = new HandMadeBlock { Symbols = RandomSymbols(500, 4, 100), Alphabet = AllBytes, CrcError = 1 };
        var found = Decoding.Parallel(HandMadeBlock.File(9, good, good, bad, good), 2);
        Assert.IsType<CorruptImageException>(found.Error);
        Assert.Contains("CRC", found.Error.Reason, StringComparison.Ordinal);
        Assert.Equal((byte[])[.. good.Decode(), .. good.Decode()], found.Bytes);

        var file = HandMadeBlock.File(9, good);
        file[^2] ^= 0x10;
        found = Decoding.AsStream(file);
        Assert.IsType<CorruptImageException>(found.Error);
        Assert.StartsWith("bzip2 stream's end at byte ", found.Error.Place, StringComparison.Ordinal);
    }

    private static int[] RandomSymbols(int count, int seed, int ranks)
    {
        var random = new Random(seed);
        return WithoutLongRuns(Enumerable.Range(0, count).Select(_ => random.Next(0, ranks)));
    }

    // A few digits in a row count for little; many would make the block too long.
    private static int[] WithoutLongRuns(IEnumerable<int> symbols)
    {
        var digits = 0;
        return [.. symbols.Select(symbol =>
        {
            digits = symbol <= 1 ? digits + 1 : 0;
            return digits > 1 ? 2 : symbol;
        })];
    }

    private static void ShouldBeAsBzip2(byte[] file) =>
        Decoding.ShouldGive(file, Tool.Run("bzip2", ["-dc"], file).ShouldSucceed().OutputBytes, $"{file.Length} bytes");
}
