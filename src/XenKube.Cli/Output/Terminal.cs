using System.Text;
using XenKube.Files;

namespace XenKube.Cli.Output;

/// <summary>The three streams of a run, so that a test can stand in for the process.</summary>
public sealed class Terminal
{
    /// <summary>Creates the streams of a run.</summary>
    /// <param name="input">Standard input.</param>
    /// <param name="output">Standard output; bytes, because <c>disk cat</c> and <c>ct</c> print bytes.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="isInteractive">True where a person watches standard error, so that progress is worth showing.</param>
    /// <param name="showsOutput">True where a person watches standard output, so that no secret must get there unasked.</param>
    public Terminal(Stream input, Stream output, Stream error, bool isInteractive = false, bool showsOutput = false)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        InputStream = input;
        OutputStream = output;
        Json = new StreamWriter(output, utf8) { AutoFlush = true, NewLine = "\n" };
        Out = new PrintableWriter(Json) { NewLine = "\n" };
        Error = new StreamWriter(error, utf8) { AutoFlush = true, NewLine = "\n" };
        IsInteractive = isInteractive;
        ShowsOutput = showsOutput;
    }

    /// <summary>Standard input.</summary>
    public Stream InputStream { get; }

    /// <summary>Standard output as bytes.</summary>
    public Stream OutputStream { get; }

    /// <summary>Standard output as text for a person: nothing in it that a terminal acts upon.</summary>
    public TextWriter Out { get; }

    /// <summary>Standard output for JSON, which has escapes of its own.</summary>
    public TextWriter Json { get; }

    /// <summary>Standard error.</summary>
    public TextWriter Error { get; }

    /// <summary>True where progress is worth showing.</summary>
    public bool IsInteractive { get; }

    /// <summary>True where standard output is a screen.</summary>
    public bool ShowsOutput { get; }

    /// <summary>The streams of this process.</summary>
    public static Terminal OfProcess() =>
        new(
            StandardInput.Open(), new StandardOutput(Console.OpenStandardOutput()), Console.OpenStandardError(), !Console.IsErrorRedirected,
            !Console.IsOutputRedirected);
}
