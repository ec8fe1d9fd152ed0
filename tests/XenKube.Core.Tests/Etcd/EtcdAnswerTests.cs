using System.Text;
using System.Text.Json;
using XenKube.Etcd;
using XenKube.Files;

namespace XenKube.Tests.Etcd;

/// <summary>Answers of a member that is not what it says: of other shapes, without an end, too slow.</summary>
public sealed class EtcdAnswerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{}")]
    [InlineData("{\"x\":7}")]
    [InlineData("{\"x\":\"not base64!\"}")]
    [InlineData("{\"x\":{\"y\":[]}}")]
    public void Answer_of_another_shape_lacks_what_is_asked_for(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Null(LooseJson.Bytes(document.RootElement, "x"));
        Assert.Empty(LooseJson.Items(document.RootElement, "x"));
        Assert.Null(LooseJson.Number(LooseJson.Find(document.RootElement, "x"), "z"));
        Assert.Null(LooseJson.Text(LooseJson.Find(document.RootElement, "z"), "x"));
    }

    [Fact]
    public void Numbers_texts_and_bytes_are_read()
    {
        using var document = JsonDocument.Parse("""{"id":"18446744073709551615","blob":"AQID","list":[1,2]}""");
        Assert.Equal(ulong.MaxValue, LooseJson.Number(document.RootElement, "id"));
        Assert.Equal([1, 2, 3], LooseJson.Bytes(document.RootElement, "blob")!);
        Assert.Equal(2, LooseJson.Items(document.RootElement, "list").Count());
    }

    private static async Task<(string? Fault, List<string> Parts)> Read(Stream content, JsonLines lines)
    {
        using var limit = new CancellationTokenSource();
        var parts = new List<string>();
        var fault = await lines.ReadAsync(
            content,
            part =>
            {
                parts.Add(part.ToString());
                return part.ToString() == "stop" ? "stopped" : null;
            },
            limit);
        return (fault, parts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Lines_are_read_however_they_arrive(int piece)
    {
        var lines = Enumerable.Range(0, 200).Select(i => $$"""{"part":{{i}},"text":"{{new string('x', i * 10)}}"}""").ToArray();
        var (fault, parts) = await Read(new Pieces(string.Join('\n', lines), piece), new JsonLines(Patience));
        Assert.Null(fault);
        Assert.Equal(lines, parts);
    }

    [Fact]
    public async Task Refused_part_ends_it()
    {
        var (fault, parts) = await Read(new Pieces("1\n\"stop\"\n2\n", 3), new JsonLines(Patience));
        Assert.Equal(("stopped", 2), (fault, parts.Count));
    }

    [Fact]
    public async Task Line_without_an_end_and_an_answer_without_an_end_are_ended()
    {
        Assert.Equal("sends a part of more than 100000 bytes", (await Read(new Pieces("\"" + new string('x', 10_000), 1000, isEndless: true), new JsonLines(Patience) { Line = 100_000 })).Fault);
        Assert.Equal("sends more than 100000 bytes", (await Read(new Pieces("{\"result\":{}}\n", 14, isEndless: true), new JsonLines(Patience) { Answer = 100_000 })).Fault);
    }

    [Fact]
    public async Task Answer_that_drips_is_ended()
    {
        // A byte for each call, some calls in a second: never silent for as long as the patience, and never done.
        var drip = new Pieces("1\n", 1, isEndless: true) { Pause = TimeSpan.FromMilliseconds(20) };
        Assert.Equal("sends too slowly", (await Read(drip, new JsonLines(TimeSpan.FromMilliseconds(300)) { Answer = long.MaxValue })).Fault);
    }

    /// <summary>A text that arrives in pieces, over and over where it is endless.</summary>
    private sealed class Pieces(string text, int size, bool isEndless = false) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public TimeSpan Pause { get; init; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Pause, CancellationToken.None);
            if (isEndless && Position == Length)
            {
                Position = 0;
            }
            return Read(buffer.Span[..Math.Min(size, buffer.Length)]);
        }
    }
}
