using System.Buffers;
using System.Globalization;
using System.Text;

namespace XenKube.Ignition.Writing;

/// <summary>
/// Writes JSON byte for byte as Go's encoding/json does, compact or with an indentation of two spaces. System.Text.Json
/// escapes differently (<c>"</c> as \u0022, all of non-ASCII by default), so Ignition JSON does not go through it.
/// A lone surrogate in a text stands for a byte that is not UTF-8 and becomes <c>\ufffd</c>, as in Go.
/// </summary>
/// <remarks>Held against encoding/json of Go 1.19.</remarks>
internal sealed class IgnitionJsonWriter(bool pretty = false) : IDisposable
{
    private readonly PooledBytes output = new();
    private int depth;
    private bool first = true;
    private bool afterName;

    /// <summary>The bytes written so far.</summary>
    public ReadOnlySpan<byte> WrittenSpan => output.Written;

    /// <summary>Everything written, as bytes of their own.</summary>
    public byte[] ToArray() => output.Written.ToArray();

    /// <inheritdoc/>
    public void Dispose() => output.Dispose();

    public void StartObject() => Open((byte)'{');

    public void EndObject() => Close((byte)'}');

    public void StartArray() => Open((byte)'[');

    public void EndArray() => Close((byte)']');

    /// <summary>Starts a member of an object; its value follows.</summary>
    public void Name(string name)
    {
        Separate();
        WriteQuoted(name);
        Raw(pretty ? ": "u8 : ":"u8);
        afterName = true;
    }

    public void Value(string value)
    {
        Separate();
        WriteQuoted(value);
    }

    public void Value(long value)
    {
        Separate();
        value.TryFormat(output.GetSpan(20), out var count, default, CultureInfo.InvariantCulture);
        output.Advance(count);
    }

    public void Value(bool value)
    {
        Separate();
        Raw(value ? "true"u8 : "false"u8);
    }

    public void Null()
    {
        Separate();
        Raw("null"u8);
    }

    public void Member(string name, string value)
    {
        Name(name);
        Value(value);
    }

    public void Member(string name, long value)
    {
        Name(name);
        Value(value);
    }

    public void Member(string name, bool value)
    {
        Name(name);
        Value(value);
    }

    private void Open(byte bracket)
    {
        Separate();
        Raw([bracket]);
        depth++;
        first = true;
    }

    private void Close(byte bracket)
    {
        depth--;
        if (!first && pretty)
        {
            Line();
        }
        Raw([bracket]);
        first = false;
    }

    private void Separate()
    {
        if (afterName)
        {
            afterName = false;
            return;
        }
        if (depth > 0)
        {
            if (!first)
            {
                Raw(","u8);
            }
            if (pretty)
            {
                Line();
            }
        }
        first = false;
    }

    private void Line()
    {
        Raw("\n"u8);
        for (var level = 0; level < depth; level++)
        {
            Raw("  "u8);
        }
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }

    private void WriteQuoted(string text)
    {
        Raw("\""u8);
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var plain = rest.IndexOfAnyExcept(Plain);
            var run = plain < 0 ? rest : rest[..plain];
            // All of them are ASCII.
            output.Advance(Encoding.ASCII.GetBytes(run, output.GetSpan(run.Length)));
            if (plain < 0)
            {
                break;
            }
            rest = rest[plain..];
            rest = rest[WriteSpecial(rest)..];
        }
        Raw("\""u8);
    }

    /// <summary>Writes the first character of the text, one that may need an escape, and returns how many units it took.</summary>
    private int WriteSpecial(ReadOnlySpan<char> text)
    {
        var c = text[0];
        switch (c)
        {
            case '"':
                Raw("\\\""u8);
                return 1;
            case '\\':
                Raw("\\\\"u8);
                return 1;
            case '\n':
                Raw("\\n"u8);
                return 1;
            case '\r':
                Raw("\\r"u8);
                return 1;
            case '\t':
                Raw("\\t"u8);
                return 1;
            case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029':
                Escape(c);
                return 1;
        }
        var width = text.Length > 1 && char.IsSurrogatePair(c, text[1]) ? 2 : 1;
        if (width == 1 && char.IsSurrogate(c))
        {
            Escape('\ufffd');
        }
        else
        {
            output.Advance(Encoding.UTF8.GetBytes(text[..width], output.GetSpan(4)));
        }
        return width;
    }

    private void Escape(char c)
    {
        Raw("\\u"u8);
        ((int)c).TryFormat(output.GetSpan(4), out var count, "x4", CultureInfo.InvariantCulture);
        output.Advance(count);
    }

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x60).Select(c => (char)c).Except(['"', '\\', '<', '>', '&'])]);
}
