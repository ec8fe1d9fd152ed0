using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Provider;
using XenKube.FileSystems;

namespace XenKube.Commands.Drives;

/// <summary>Collects what Set-Content and Add-Content write, and puts it into the image in one edit when they are done.</summary>
internal sealed class NodeDiskWriter(IFileSystem files, string path, NodeDiskContentParameters parameters) : IContentWriter
{
    private readonly MemoryStream _content = new();
    private bool _closed;

    public IList Write(IList content)
    {
        foreach (var item in content)
        {
            var value = item is PSObject wrapped ? wrapped.BaseObject : item;
            if (parameters.AsByteStream)
            {
                _content.Write(value as byte[] ?? [Convert.ToByte(value, CultureInfo.InvariantCulture)]);
            }
            else
            {
                if (_content.Length == 0)
                {
                    _content.Write(parameters.Text.Preamble);
                }
                _content.Write(parameters.Text.GetBytes(Convert.ToString(value, CultureInfo.InvariantCulture) + (parameters.NoNewline ? "" : "\n")));
            }
        }
        return content;
    }

    // Add-Content begins at the end of what is there.
    public void Seek(long offset, SeekOrigin origin)
    {
        if (origin == SeekOrigin.End && _content.Length == 0 && files.Find(path) is not null)
        {
            using var old = files.OpenRead(path);
            old.CopyTo(_content);
        }
    }

    public void Close()
    {
        if (!_closed)
        {
            _closed = true;
            files.WriteFile(path, _content.GetBuffer().AsSpan(0, (int)_content.Length));
        }
    }

    public void Dispose() => _content.Dispose();
}
