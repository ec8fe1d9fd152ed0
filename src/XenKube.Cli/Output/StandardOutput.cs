namespace XenKube.Cli.Output;

/// <summary>Standard output, whose errors name it: a message such as "No space left on device" could mean any file.</summary>
/// <param name="stream">The stream of the process.</param>
internal sealed class StandardOutput(Stream stream) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            stream.Write(buffer);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw Named(e);
        }
    }

    public override void Flush()
    {
        try
        {
            stream.Flush();
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw Named(e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // .NET says of a descriptor that is closed, or was opened for reading, that access to "the path" is denied.
    private static IOException Named(Exception cause) =>
        new("standard output: " + (cause is UnauthorizedAccessException ? "it is closed, or cannot be written" : cause.FileReason()),
            cause);
}
