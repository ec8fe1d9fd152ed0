using System.Management.Automation;
using System.Text;

namespace XenKube.Commands.Ignition;

/// <summary>
/// Puts documents together from what comes down the pipeline: texts with line breaks, which are documents of their own, and lines and
/// bytes, as Get-Content reads them. Each line is looked at once.
/// </summary>
/// <param name="isJson">True where a document is a JSON object, which ends at its last brace.</param>
internal sealed class PipedDocuments(bool isJson)
{
    private readonly StringBuilder _lines = new();
    private readonly List<byte> _bytes = [];
    private readonly JsonExtent _extent = new();
    private string? _file;
    private long _lineNumber;
    private bool _hasLines;
    private bool _hasContent;
    private bool _isObject;

    /// <summary>Takes the next object, and returns the documents that are complete now.</summary>
    /// <param name="item">A text, a line, a byte or an array of bytes.</param>
    public IEnumerable<byte[]> Add(PSObject item)
    {
        switch (item.BaseObject)
        {
            case byte one:
                _bytes.Add(one);
                return [];
            case byte[] many:
                return [.. End(), many];
            default:
                var text = item.BaseObject as string ?? item.ToString() ?? "";
                return text.Contains('\n', StringComparison.Ordinal) ? [.. End(), Encoding.UTF8.GetBytes(text)] : AddLine(text, item);
        }
    }

    /// <summary>The document that is not complete yet, at the end of the pipeline or before something else.</summary>
    public IEnumerable<byte[]> End()
    {
        var documents = new List<byte[]>();
        if (_bytes.Count > 0)
        {
            documents.Add([.. _bytes]);
            _bytes.Clear();
        }
        if (_hasLines)
        {
            documents.Add(TakeLines());
        }
        return documents;
    }

    private List<byte[]> AddLine(string line, PSObject item)
    {
        var documents = new List<byte[]>();
        if (_bytes.Count > 0 || BeginsFile(item) || (isJson && BeginsObject(line)))
        {
            documents.AddRange(End());
        }
        if (_hasLines)
        {
            _lines.Append('\n');
        }
        _lines.Append(line);
        _hasLines = true;
        if (!string.IsNullOrWhiteSpace(line))
        {
            _isObject = _hasContent ? _isObject : StartsObject(line);
            _hasContent = true;
            _extent.Add(line);
        }
        return documents;
    }

    /// <summary>
    /// An object ends with its last brace, and one begins where none is open; a whole config on a line begins one too where an earlier text
    /// is cut off. Blank lines before it
    /// are part of it: positions count them.
    /// </summary>
    private bool BeginsObject(string line) => _hasContent && !string.IsNullOrWhiteSpace(line)
        && (_extent.IsOpen ? line.StartsWith("{\"ignition\"", StringComparison.Ordinal) : _isObject || StartsObject(line));

    private static bool StartsObject(string line) => line.AsSpan().TrimStart().StartsWith("{");

    /// <summary>Get-Content notes the file and the number of the line at each line.</summary>
    private bool BeginsFile(PSObject item)
    {
        var (file, number) = (item.Properties["PSPath"]?.Value as string, item.Properties["ReadCount"]?.Value as long? ?? 0);
        var begins = _hasLines && file is not null && (file != _file || number <= _lineNumber);
        (_file, _lineNumber) = (file, number);
        return begins;
    }

    private byte[] TakeLines()
    {
        var text = Encoding.UTF8.GetBytes(_lines.ToString());
        _lines.Clear();
        _extent.Reset();
        (_hasLines, _hasContent, _isObject) = (false, false, false);
        return text;
    }
}
