using XenKube.Boot.Protocol;
using XenKube.Disks;

namespace XenKube.Tests.Booting.Program;

/// <summary>The loader takes an answer for a claim: whatever the bytes are, they are an answer or an error.</summary>
public sealed class AnswerTests
{
    private static readonly Answer Full = new()
    {
        Problem = "a problem",
        Advice = "ein Rat: ä",
        Sentences = ["one", "two"],
        CommandLine = "a=b console=hvc0",
        Steps = [[new DiskWrite(1024, new byte[] { 1, 2, 3 }), new DiskWrite(512, new byte[] { 4 })], [new DiskWrite(long.MaxValue, Array.Empty<byte>())]],
    };

    [Fact]
    public void Answer_is_read_as_it_was_written()
    {
        var read = Answer.Decode(Full.Encode());
        Assert.Equal((Full.Problem, Full.Advice, Full.CommandLine), (read.Problem, read.Advice, read.CommandLine));
        Assert.Equal(Full.Sentences, read.Sentences);
        Assert.Equal(
            Full.Steps.Select(step => string.Join(' ', step.Select(write => $"{write.Offset}:{Convert.ToHexString(write.Bytes.Span)}"))),
            read.Steps.Select(step => string.Join(' ', step.Select(write => $"{write.Offset}:{Convert.ToHexString(write.Bytes.Span)}"))));
    }

    [Fact]
    public void Cut_and_lengthened_answers_are_errors()
    {
        var bytes = Full.Encode();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Answer.Decode(bytes.AsSpan(0, length)));
        }
        Assert.Throws<InvalidDataException>(() => Answer.Decode([.. bytes, 0]));
    }

    [Fact]
    public void Damaged_answers_are_answers_or_errors()
    {
        var bytes = Full.Encode();
        var random = new Random(2);
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var damaged = bytes.ToArray();
            for (var i = 0; i < 1 + (round % 3); i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }
            try
            {
                Answer.Decode(damaged);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 19_999);
    }
}
