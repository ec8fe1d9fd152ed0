using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace XenKube.Ignition.Syntax;

/// <summary>
/// The text of a systemd unit as go-systemd reads it: which options it holds, or why it is refused. The accidents of the
/// reference's 4096-byte read buffer are part of what a config author sees, so the buffer is modelled too.
/// </summary>
/// <remarks>Held against coreos/go-systemd v22.5.0 in Butane 0.19.0, 7c95333 in ct 0.5.0 and 40e2722 in ct 0.9.0.</remarks>
internal sealed class UnitText
{
    private const int LineLimit = 2048;
    private const int BufferSize = 4096;

    private readonly byte[] text;

    /// <summary>The options, where somebody asks for them; most units are only judged.</summary>
    private List<UnitOption>? options;
    private List<byte>? value;
    private bool isInstall;
    private int position;
    private int buffered;
    private string section = "";
    private string name = "";

    private UnitText(byte[] text) => this.text = text;

    private enum Step
    {
        NextSection,
        SectionName,
        SectionSuffix,
        NextOption,
        CommentBeforeSection,
        CommentInSection,
        OptionName,
        OptionValue,
        End,
    }

    /// <summary>How the reference shows the text that it found after a section name.</summary>
    public enum GarbageForm
    {
        /// <summary>A list of decimal byte values: generation 2 and ct.</summary>
        Bytes,

        /// <summary>Quoted text: generation 3 and Butane.</summary>
        Quoted,
    }

    /// <summary>Why the text is refused, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>The options in order; empty if the text is refused.</summary>
    public IReadOnlyList<UnitOption> Options => options ??= Collect();

    /// <summary>Whether the text holds an option, and is not refused.</summary>
    public bool HasOptions { get; private set; }

    /// <summary>Whether an <c>[Install]</c> section holds an option, and the text is not refused.</summary>
    public bool HasInstall { get; private set; }

    /// <summary>Reads a unit's text.</summary>
    public static UnitText Parse(string contents, GarbageForm garbage = GarbageForm.Bytes) =>
        Parse(ByteText.ToBytes(contents), garbage);

    /// <summary>Reads a unit's text.</summary>
    public static UnitText Parse(byte[] contents, GarbageForm garbage = GarbageForm.Bytes)
    {
        var unit = new UnitText(contents);
        unit.Judge(garbage);
        return unit;
    }

    private void Judge(GarbageForm garbage)
    {
        Error = Run(garbage);
        if (Error is not null)
        {
            options?.Clear();
            HasOptions = HasInstall = false;
        }
    }

    private List<UnitOption> Collect()
    {
        var found = new List<UnitOption>();
        new UnitText(text) { options = found, value = [] }.Judge(GarbageForm.Bytes);
        return found;
    }

    private string? Run(GarbageForm garbage)
    {
        var step = Step.NextSection;
        while (step != Step.End)
        {
            if (buffered - position >= LineLimit && text.AsSpan(position, LineLimit).IndexOfAny((byte)'\r', (byte)'\n') < 0)
            {
                return "line too long (max 2048 bytes)";
            }
            switch (step)
            {
                case Step.NextSection:
                    step = ReadRune() switch
                    {
                        null => Step.End,
                        '[' => Step.SectionName,
                        '#' or ';' => Step.CommentBeforeSection,
                        _ => Step.NextSection,
                    };
                    break;
                case Step.CommentBeforeSection:
                    SkipComment();
                    step = Step.NextSection;
                    break;
                case Step.SectionName:
                    var head = ReadThrough((byte)']');
                    if (head.IsEmpty || head[^1] != ']')
                    {
                        return "unable to find end of section";
                    }
                    isInstall = head.SequenceEqual("Install]"u8);
                    section = options is null ? "" : Encoding.UTF8.GetString(head[..^1]);
                    step = Step.SectionSuffix;
                    break;
                case Step.SectionSuffix:
                    var rest = Trim(ReadLine());
                    if (!rest.IsEmpty)
                    {
                        // The reference prints a name that it never sets.
                        var shown = garbage == GarbageForm.Quoted ? GoQuote.Quote(rest) : $"[{string.Join(' ', rest.ToArray())}]";
                        return $"found garbage after section name : {shown}";
                    }
                    step = Step.NextOption;
                    break;
                case Step.NextOption:
                    step = StartOption();
                    break;
                case Step.CommentInSection:
                    SkipComment();
                    step = Step.NextOption;
                    break;
                case Step.OptionName:
                    if (ReadName() is { } fault)
                    {
                        return fault;
                    }
                    step = Step.OptionValue;
                    break;
                default:
                    step = ReadValue();
                    break;
            }
        }
        return null;
    }

    private Step StartOption()
    {
        var before = position;
        switch (ReadRune())
        {
            case null:
                return Step.End;
            case '[':
                return Step.SectionName;
            case '#' or ';':
                return Step.CommentInSection;
            case { } other when Rune.IsWhiteSpace(new Rune(other)):
                return Step.NextOption;
            default:
                position = before;
                return Step.OptionName;
        }
    }

    private string? ReadName()
    {
        var start = position;
        while (true)
        {
            switch (ReadRune())
            {
                case null:
                    return "EOF";
                case '\n' or '\r':
                    return "unexpected newline encountered while parsing option name";
                case '=':
                    name = options is null ? "" : Encoding.UTF8.GetString(Trim(text.AsSpan(start, position - 1 - start)));
                    value?.Clear();
                    return null;
                default:
                    break;
            }
        }
    }

    private Step ReadValue()
    {
        var line = ReadLine();
        if (!Trim(line).IsEmpty)
        {
            value?.AddRange(line);
            if (line[^1] == '\\')
            {
                value?.Add((byte)'\n');
                return Step.OptionValue;
            }
        }
        HasOptions = true;
        HasInstall |= isInstall;
        options?.Add(new UnitOption(section, name, Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(value)).Trim()));
        return Step.NextOption;
    }

    private void SkipComment()
    {
        ReadOnlySpan<byte> line;
        do
        {
            line = ReadLine();
            if (!line.IsEmpty && line[^1] == ' ')
            {
                line = line[..^1];
            }
        }
        while (!line.IsEmpty && line[^1] == '\\');
    }

    /// <summary>A line without its LF. A CR before the LF stays, one at the very end of the text goes.</summary>
    private ReadOnlySpan<byte> ReadLine()
    {
        var line = ReadThrough((byte)'\n');
        if (!line.IsEmpty && line[^1] is (byte)'\r' or (byte)'\n')
        {
            line = line[..^1];
        }
        return line;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (Rune.DecodeFromUtf8(text, out var first, out var length) == OperationStatus.Done && Rune.IsWhiteSpace(first))
        {
            text = text[length..];
        }
        while (Rune.DecodeLastFromUtf8(text, out var last, out var length) == OperationStatus.Done && Rune.IsWhiteSpace(last))
        {
            text = text[..^length];
        }
        return text;
    }

    /// <summary>Unread bytes move to the front of the buffer, which is then filled up.</summary>
    private bool Fill()
    {
        var filled = Math.Min(position + BufferSize, text.Length);
        var grew = filled > buffered;
        buffered = filled;
        return grew;
    }

    private int? ReadRune()
    {
        // Fewer than four bytes and no whole character among them makes the reference refill.
        while (buffered - position < 4 && !HoldsRune() && Fill())
        {
        }
        if (position == text.Length)
        {
            return null;
        }
        var status = Rune.DecodeFromUtf8(text.AsSpan(position, buffered - position), out var rune, out var length);
        position += status == OperationStatus.Done ? length : 1;
        return rune.Value;
    }

    private bool HoldsRune() =>
        position < buffered
        && Rune.DecodeFromUtf8(text.AsSpan(position, buffered - position), out _, out _) != OperationStatus.NeedMoreData;

    private ReadOnlySpan<byte> ReadThrough(byte end)
    {
        var start = position;
        while (true)
        {
            var found = text.AsSpan(position, buffered - position).IndexOf(end);
            if (found >= 0)
            {
                position += found + 1;
                return text.AsSpan(start, position - start);
            }
            if (buffered - position >= BufferSize)
            {
                position = buffered;
            }
            else if (!Fill())
            {
                position = buffered;
                return text.AsSpan(start, position - start);
            }
        }
    }
}
