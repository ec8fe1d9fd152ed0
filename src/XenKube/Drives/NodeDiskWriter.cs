using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Provider;
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
            guard(() => place.Edit(files => files.WriteFile(place.InnerPath, _content.OpenRead(), _attributes)));
        }
    }

    public void Dispose() => _content.Dispose();

    private void Collect(IList content)
    {
        if (parameters.AsByteStream && content is byte[] all)
        {
            _content.Write(all);
            return;
        }
        foreach (var item in content)
        {
            var value = item is PSObject wrapped ? wrapped.BaseObject : item;
            if (!parameters.AsByteStream)
            {
                if (_content.Length == 0)
                {
                    _content.Write(parameters.Text.Preamble);
                }
                _content.Write(parameters.Text.GetBytes(LanguagePrimitives.ConvertTo<string>(item) + (parameters.NoNewline ? "" : "\n")));
            }
            else if (value is byte one)
            {
                _bytes[_waiting++] = one;
                if (_waiting == _bytes.Length)
                {
                    Spill();
                }
                continue;
            }
            else
            {
                Spill();
                _content.Write(value as byte[] ?? [ToByte(value)]);
            }
        }
        Spill();
    }

    private void Spill()
    {
        _content.Write(_bytes.AsSpan(0, _waiting));
        _waiting = 0;
    }

    private byte ToByte(object? value)
    {
        try
        {
            return Convert.ToByte(value, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException)
        {
            throw new InvalidInputException(ErrorIds.ContentInvalid, place.Drive.DiskPath, place.Place, $"'{value}' is not a byte",
                "Leave -AsByteStream out to write text", e);
        }
    }
}
