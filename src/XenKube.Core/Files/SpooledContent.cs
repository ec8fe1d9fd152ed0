using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>
/// Content that comes in pieces and is read when it is complete: in memory while it is small, else in a file without a name.
/// </summary>
/// <param name="directory">The directory whose disk takes a large content.</param>
public sealed class SpooledContent(string directory) : IDisposable
{
    private const int MostInMemory = 8 << 20;

    private MemoryStream? _memory = new();
    private FileStream? _file;

    /// <summary>How many bytes there are.</summary>
    public long Length => _file?.Length ?? _memory!.Length;

    /// <summary>Adds bytes at the end.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="OperationFailedException">The host's disk is full.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (_memory is not null && _memory.Length + bytes.Length > MostInMemory)
            {
                var file = new FileStream(Open(), FileAccess.ReadWrite, bufferSize: 1 << 16);
                _file = file;
                _memory.WriteTo(file);
                _memory.Dispose();
                _memory = null;
            }
            ((Stream?)_memory ?? _file!).Write(bytes);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.FileNotWritable, directory, null, e.FileReason(),
                SystemFailure.AdviceFor(e) ?? "Free some space on the disk of this directory", e);
        }
    }

    /// <summary>The content from its beginning, once it is complete.</summary>
    public Stream OpenRead()
    {
        Stream content = _memory is not null ? _memory : _file!;
        content.Flush();
        content.Position = 0;
        return content;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory?.Dispose();
        _file?.Dispose();
    }

    // Nobody else can open it, and it goes with the process.
    private SafeFileHandle Open() =>
        Libc.Open(directory, OpenFlags.Unnamed | OpenFlags.ReadWrite, PrivateFile.OwnerOnly)
        ?? Libc.Open(Path.GetTempPath(), OpenFlags.Unnamed | OpenFlags.ReadWrite, PrivateFile.OwnerOnly)
        ?? throw new OperationFailedException(ErrorIds.FileNotWritable, directory, null, Libc.LastErrorText);
}
