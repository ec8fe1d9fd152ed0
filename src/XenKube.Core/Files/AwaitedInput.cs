using XenKube.Posix;

namespace XenKube.Files;

/// <summary>
/// A pipe or terminal that was opened without blocking, as a stream that can be read from beginning to end. poll(2) reports the end of a
/// pipe only after somebody has opened its other end, so that the first writer is waited for as well.
/// </summary>
/// <param name="file">The open file; not disposed.</param>
/// <param name="cancellationToken">Ends a wait.</param>
internal sealed class AwaitedInput(FileStream file, CancellationToken cancellationToken) : ForwardStream
{
    private const int StepMilliseconds = 200;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (!Libc.WaitUntilReadable(file.SafeFileHandle, StepMilliseconds));
        return file.Read(buffer);
    }
}
