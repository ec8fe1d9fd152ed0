using System.Text;

namespace XenKube.Cli.Output;

/// <summary>
/// Standard output as text for a person: lines and tabs pass, and everything else that a terminal would act upon is escaped, wherever the
/// text came from. JSON and the bytes of files do not pass through here.
/// </summary>
/// <param name="output">The writer below.</param>
internal sealed class PrintableWriter(TextWriter output) : TextWriter
{
    public override Encoding Encoding => output.Encoding;

    public override void Write(char value) => output.Write(Printable.Lines(value.ToString()));

    public override void Write(char[] buffer, int index, int count) => output.Write(Printable.Lines(new string(buffer, index, count)));

    public override void Write(ReadOnlySpan<char> buffer) => output.Write(Printable.Lines(buffer.ToString()));

    public override void Write(string? value) => output.Write(Printable.Lines(value));

    public override void WriteLine(string? value) => output.WriteLine(Printable.Lines(value));

    public override void Flush() => output.Flush();
}
