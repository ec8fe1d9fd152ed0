using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Provider;

namespace XenKube.Commands.Drives;

/// <summary>
/// Collects what Set-Content and Add-Content write, and puts it into the image in one edit when they are done. PowerShell drops
/// what <see cref="Close"/> throws, so that errors are reported to the provider.
/// </summary>
/// <param name="place">The file.</param>
/// <param name="parameters">How to write.</param>
/// <param name="guard">Does something and reports what goes wrong as an error of the cmdlet.</param>
/// <param name="isStopping">True if the pipeline was stopped, so that half a content is not written.</param>
internal sealed class NodeDiskWriter(NodeDiskPath place, NodeDiskWriterParameters parameters, Action<Action> guard, Func<bool> isStopping) : IContentWriter
{
    private readonly MemoryStream _content = new();
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
                RequireSize(old.Length);
                old.CopyTo(_content);
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
            guard(() => place.Edit(files => files.WriteFile(place.InnerPath, _content.GetBuffer().AsSpan(0, (int)_content.Length))));
        }
    }

    public void Dispose() => _content.Dispose();

    private void Collect(IList content)
    {
        if (parameters.AsByteStream && content is byte[] all)
        {
            RequireSize(_content.Length + all.Length);
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
                Add(parameters.Text.GetBytes(LanguagePrimitives.ConvertTo<string>(item) + (parameters.NoNewline ? "" : "\n")));
            }
            else if (value is byte one)
            {
                _content.WriteByte(one);
            }
            else
            {
                Add(value as byte[] ?? [ToByte(value)]);
            }
        }
    }

    private void Add(byte[] bytes)
    {
        RequireSize(_content.Length + bytes.Length);
        _content.Write(bytes);
    }

    private byte ToByte(object? value)
    {
        try
        {
            return Convert.ToByte(value, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException)
        {
            throw new InvalidInputException(ErrorIds.ContentInvalid, place.Drive.DiskPath, place.Place, $"'{value}' is not a byte", "Leave -AsByteStream out to write text", e);
        }
    }

    private void RequireSize(long size)
    {
        if (size > Array.MaxLength)
        {
            throw new InvalidInputException(ErrorIds.ContentTooLarge, place.Drive.DiskPath, place.Place, $"the content has more than the {Array.MaxLength} bytes that are written in one edit");
        }
    }
}
