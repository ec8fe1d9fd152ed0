using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>The standard input of this process.</summary>
public static class StandardInput
{
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;

    /// <summary>
    /// Opens it. Where the parent process had closed it (<c>&lt;&amp;-</c>), the runtime has something of its own under its
    /// number by now; what was there at the start is known by not being closed on exec. Reading it is then an error, not for ever.
    /// </summary>
    public static Stream Open()
    {
        using var input = new SafeFileHandle(0, ownsHandle: false);
        var flags = Libc.Control(input, GetDescriptorFlags, 0);
#pragma warning disable RS0030 // This is the one place that opens standard input for all front ends.
        return flags < 0 || (flags & CloseOnExec) != 0 ? new RefusedStream("it is closed")
            : FileStatus.Read(input).IsDirectory ? new RefusedStream("it is a directory")
            // Of a file the length and the holes are known.
            : FileStatus.Read(input).IsRegularFile ? new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read,
                bufferSize: 0)
            : Console.OpenStandardInput();
#pragma warning restore RS0030
    }

    private sealed class RefusedStream(string reason) : MemoryStream
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => throw Refusal();

        public override int Read(Span<byte> buffer) => throw Refusal();

        private InvalidInputException Refusal() => new(ErrorIds.InputClosed, "standard input", null, reason,
            "Give it something to read: < FILE, or < /dev/null for nothing");
    }
}
