using System.Collections;
using System.Management.Automation.Provider;

namespace XenKube.Commands.Drives;

/// <summary>Reads a file of an image for Get-Content: lines, bytes, or all of it.</summary>
internal sealed class NodeDiskReader(Stream stream, NodeDiskContentParameters parameters) : IContentReader
{
    private readonly StreamReader _reader = new(stream, parameters.Text);

    public IList Read(long readCount)
    {
        var result = new List<object>();
        var wanted = readCount <= 0 ? long.MaxValue : readCount;
        if (parameters.Raw)
        {
            if (parameters.AsByteStream)
            {
                using var buffer = new MemoryStream();
                stream.CopyTo(buffer);
                return buffer.Length == 0 ? result : new List<object> { buffer.ToArray() };
            }
            var text = _reader.ReadToEnd();
            return text.Length == 0 ? result : new List<object> { text };
        }
        if (parameters.AsByteStream)
        {
            for (int value; result.Count < wanted && (value = stream.ReadByte()) >= 0;)
            {
                result.Add((byte)value);
            }
            return result;
        }
        while (result.Count < wanted && _reader.ReadLine() is { } line)
        {
            result.Add(line);
        }
        return result;
    }

    public void Seek(long offset, SeekOrigin origin)
    {
        stream.Seek(offset, origin);
        _reader.DiscardBufferedData();
    }

    public void Close() => _reader.Close();

    public void Dispose() => _reader.Dispose();
}
