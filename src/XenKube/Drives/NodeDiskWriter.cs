using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;
using XenKube.FileSystems;
using XenKube.Files;

namespace XenKube.Commands.Drives;

/// <summary>
/// Collects what Set-Content and Add-Content write, and puts it into the image in one edit when they are done. PowerShell drops
/// what <see cref="Close"/> throws, so that errors are reported to the provider.
/// </summary>
/// <param name="place">The file.</param>
/// <param name="parameters">How to write.</param>
/// <param name="guard">Does something and reports what goes wrong as an error of the cmdlet.</param>
/// <param name="isStopping">True if the pipeline was stopped, so that half a content is not written.</param>
internal sealed class NodeDiskWriter(NodeDiskPath place, NodeDiskWriterParameters parameters, Action<Action> guard,
    Func<bool> isStopping) : IContentWriter
{
    private readonly SpooledContent _content = new(Path.GetDirectoryName(Path.GetFullPath(place.Drive.DiskPath))!);
    private readonly FileAttributesChange? _attributes = NodeDiskAttributes.Parse(parameters.Owner, parameters.Mode);
    private readonly byte[] _bytes = new byte[1 << 14];
    private int _waiting;
    private Encoder? _text;
    private bool _closed;
    private bool _failed;

    public IList Write(IList content)
    {
        guard(() =>
        {
            _failed = true;
            Collect(content);
            _failed = false;
        });
        return content;
    }

    // Add-Content begins at the end of what is there.
    public void Seek(long offset, SeekOrigin origin) => guard(() =>
    {
        _failed = true;
        if (origin == SeekOrigin.End && _content.Length == 0 && place.Find() is not null)
        {
            place.Read(files =>
            {
                using var old = files.OpenRead(place.InnerPath);
                var buffer = new byte[1 << 16];
                for (int count; (count = old.Read(buffer)) > 0;)
                {
                    _content.Write(buffer.AsSpan(0, count));
                }
                _text = parameters.AsByteStream ? null : Begin(EncodingOf(old));
                return true;
            });
        }
        _failed = false;
    });

    public void Close()
    {
        if (_closed)
        {
            return;
        }
        _closed = true;
        if (!_failed && !isStopping())
        {
            guard(() =>
            {
                End();
                place.Edit(files => files.WriteFile(place.InnerPath, _content.OpenRead(), _attributes));
            });
        }
    }

    public void Dispose() => _content.Dispose();

    // The mark of a file names the encoding of all that is appended, whichever was asked for.
    private Encoding EncodingOf(Stream old)
    {
        old.Position = 0;
        using var reader = new StreamReader(old, parameters.Text, detectEncodingFromByteOrderMarks: true, leaveOpen: true);
        reader.Peek();
        return reader.CurrentEncoding;
    }

    // A mark is at the beginning of a file alone.
    private Encoder Begin(Encoding encoding)
    {
        if (_content.Length == 0)
        {
            _content.Write(encoding.Preamble);
        }
        return encoding.GetEncoder();
    }

    // Arrays are flattened once and nothing is nothing, as in files of the host.
    private void Collect(IList content)
    {
        foreach (var item in content)
        {
            foreach (var value in item is object[] several ? several : [item])
            {
                if (value is not null)
                {
                    Collect(value);
                }
            }
        }
    }

    private void Collect(object value)
    {
        if (!parameters.AsByteStream)
        {
            AddText(value.ToString() + (parameters.NoNewline ? "" : "\n"), isEnd: false);
            return;
        }
        _bytes[_waiting++] = (value is PSObject wrapped ? wrapped.BaseObject : value) as byte?
            ?? throw new InvalidInputException(ErrorIds.ContentInvalid, place.Drive.DiskPath, place.Place, $"'{value}' is not a byte",
                "Leave -AsByteStream out to write text, or make bytes of numbers: [byte[]] (1, 2)");
        if (_waiting == _bytes.Length)
        {
            Spill();
        }
    }

    // A character may be in two parts, each the end of one value and the beginning of the next.
    private void AddText(string text, bool isEnd)
    {
        _text ??= Begin(parameters.Text);
        var bytes = new byte[_text.GetByteCount(text, isEnd)];
        _content.Write(bytes.AsSpan(0, _text.GetBytes(text, bytes, isEnd)));
    }

    private void End()
    {
        Spill();
        if (!parameters.AsByteStream)
        {
            AddText("", isEnd: true);
        }
    }

    private void Spill()
    {
        _content.Write(_bytes.AsSpan(0, _waiting));
        _waiting = 0;
    }
}
