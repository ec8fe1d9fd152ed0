using System.Collections;
using System.Management.Automation.Provider;
using System.Text;

namespace XenKube.Commands.Drives;

/// <summary>Reads a file of an image for Get-Content: lines, bytes, or all of it.</summary>
internal sealed class NodeDiskReader(Stream stream, NodeDiskReaderParameters parameters, Func<Func<IList>, IList> guard) : IContentReader
{
    private const int ChunkSize = 1 << 16;

    /// <summary>
    /// Characters of a line, and of a file that is read as one text. A guest's file may be one line of a terabyte of zeros.
    /// </summary>
    private const int LongestText = 64 << 20;

    /// <summary>Bytes of a file that is read as one array.</summary>
    private const int MostBytes = 256 << 20;

    private readonly StreamReader _reader = new(stream, parameters.Text);

    public IList Read(long readCount) => guard(() => ReadHere(readCount));

    private IList ReadHere(long readCount)
    {
        if (parameters.AsByteStream)
        {
            var bytes = ReadBytes(parameters.Raw ? 0 : readCount);
            return !parameters.Raw ? bytes : bytes.Length == 0 ? Array.Empty<object>() : new object[] { bytes };
        }
        if (parameters.Raw)
        {
            var text = ReadUpTo(null) ?? "";
            return text.Length == 0 ? Array.Empty<object>() : new object[] { text };
        }
        var result = new List<object>();
        while ((readCount <= 0 || result.Count < readCount) && ReadText() is { } line)
        {
            result.Add(line);
        }
        // As the file system's provider: arrays of objects, which @(…) and the parameters of commands take.
        return result.ToArray();
    }

    public void Seek(long offset, SeekOrigin origin) => guard(() =>
    {
        stream.Seek(offset, origin);
        _reader.DiscardBufferedData();
        return Array.Empty<object>();
    });

    public void Close() => _reader.Close();

    public void Dispose() => _reader.Dispose();

    private byte[] ReadBytes(long count)
    {
        var left = stream.Length - stream.Position;
        var wanted = count <= 0 ? left : Math.Min(count, left);
        if (wanted > MostBytes)
        {
            throw new InvalidInputException(ErrorIds.ContentTooLarge, null, null,
                $"{wanted} bytes are more than the {MostBytes} that are read as one array", "Read them in parts with -ReadCount");
        }
        var bytes = new byte[Math.Max(wanted, 0)];
        var at = 0;
        for (int read; at < bytes.Length && (read = stream.Read(bytes, at, Math.Min(bytes.Length - at, ChunkSize))) > 0; at += read)
        {
        }
        return at == bytes.Length ? bytes : bytes[..at];
    }

    private string? ReadText()
    {
        if (parameters.Delimiter is not { } delimiter)
        {
            return ReadUpTo('\n');
        }
        var text = new StringBuilder();
        for (int value; (value = _reader.Read()) >= 0;)
        {
            RefuseLength(text.Length);
            text.Append((char)value);
            if (text.Length >= delimiter.Length && text[^1] == delimiter[^1]
                && text.ToString(text.Length - delimiter.Length, delimiter.Length) == delimiter)
            {
                return text.ToString(0, text.Length - delimiter.Length);
            }
        }
        return text.Length == 0 ? null : text.ToString();
    }

    // As StreamReader.ReadLine, with an end to the length: a line ends in LF, CR or both.
    private string? ReadUpTo(char? end)
    {
        if (_reader.Peek() < 0 && _reader.EndOfStream)
        {
            return null;
        }
        var text = new StringBuilder();
        for (int value; (value = _reader.Read()) >= 0;)
        {
            if (end is not null && (value is '\n' or '\r'))
            {
                if (value == '\r' && _reader.Peek() == '\n')
                {
                    _reader.Read();
                }
                return text.ToString();
            }
            RefuseLength(text.Length);
            text.Append((char)value);
        }
        return text.ToString();
    }

    private static void RefuseLength(int length)
    {
        if (length >= LongestText)
        {
            throw new InvalidInputException(ErrorIds.ContentTooLarge, null, null,
                $"a text of more than {LongestText} characters is not read as one", "Read it with -AsByteStream and -ReadCount");
        }
    }
}
