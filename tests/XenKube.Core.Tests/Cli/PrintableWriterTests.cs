using XenKube.Cli.Output;

namespace XenKube.Tests.Cli;

/// <summary>The two ways to standard output: text for a person, and JSON.</summary>
public sealed class PrintableWriterTests
{
    private const string Hostile = "\u001b]0;owned\u0007 \u009b2J \u202egnp.exe \u00ad\u2028end";

    [Fact]
    public void Output_has_nothing_that_a_terminal_acts_upon()
    {
        using var output = new MemoryStream();
        var terminal = new Terminal(Stream.Null, output, Stream.Null);
        terminal.Out.WriteLine(Hostile);
        terminal.Out.Write(Hostile.ToCharArray());
        terminal.Out.WriteLine($"{Hostile}\tx");
        foreach (var letter in Hostile)
        {
            terminal.Out.Write(letter);
        }
        terminal.Out.Flush();
        var text = System.Text.Encoding.UTF8.GetString(output.ToArray());
        Assert.Contains("owned", text, StringComparison.Ordinal);
        Assert.Equal("\t\n", string.Concat(text.Where(letter => char.IsControl(letter)).Distinct().Order()));
        Assert.DoesNotContain(text, letter => letter is '\u202e' or '\u00ad' or '\u2028');
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Json_means_the_same_and_has_nothing_that_a_terminal_acts_upon()
    {
        var json = System.Text.Json.JsonSerializer.Serialize(Hostile, Relaxed);
        var shown = Printable.Json(json);
        Assert.Equal(Hostile, System.Text.Json.JsonSerializer.Deserialize<string>(shown));
        Assert.DoesNotContain(shown, letter => char.IsControl(letter) || letter is '\u202e' or '\u00ad' or '\u2028');
    }
}
