using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using XenKube.Boot.Protocol;
using XenKube.Devices;
using XenKube.Posix;

namespace XenKube.Boot.Reading;

/// <summary>
/// Starts the reader and waits for its answer. The reader is this program again, with the disk (for reading), the two files, an empty
/// directory and a pipe as its only files.
/// </summary>
internal static class ReaderProcess
{
    /// <summary>The first argument of the reader. libxl's own arguments come first otherwise, and none of these is so called.</summary>
    public const string Marker = "--as-reader";

    private const string Null = "/dev/null";
    private const int PollMilliseconds = 200;

    /// <summary>Has the disk read.</summary>
    /// <param name="options">What to boot.</param>
    /// <param name="disk">The locked disk.</param>
    /// <param name="files">Where kernel and initrd go.</param>
    /// <param name="ending">Signals that end the reader.</param>
    /// <exception cref="OperationFailedException">The reader ended without an answer, or within its time gave none.</exception>
    public static Answer Read(LoaderOptions options, FileDevice disk, OutputFiles files, EndingSignals ending)
    {
        var start = Stopwatch.GetTimestamp();
        var (read, write) = Libc.MakePipe();
        int process;
        using (read)
        {
            using (write)
            {
                process = Start(options, disk, files, write);
            }
            ending.OnSignal(() => Libc.Kill(process, Signal.Kill));
            try
            {
                return Wait(options, read, process, start, ending);
            }
            catch
            {
                _ = Libc.Kill(process, Signal.Kill);
                throw;
            }
            finally
            {
                ending.OnSignal(null);
            }
        }
    }

    private static int Start(LoaderOptions options, FileDevice disk, OutputFiles files, SafeFileHandle answer)
    {
        // An open file of its own: the reader must neither write to the disk nor let go of the locks.
        using var readable = Libc.Open($"/proc/self/fd/{disk.Handle.DangerousGetHandle()}", OpenFlags.ReadOnly);
        using var none = Libc.Open(Null, OpenFlags.ReadWrite);
        if (readable is null || none is null)
        {
            throw new OperationFailedException(ErrorIds.BootFailed, readable is null ? disk.Name : Null, null, Libc.LastErrorText);
        }
        var program = Environment.ProcessPath!;
        List<string> arguments = [program, Marker, .. options.ForReader];
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            arguments.Insert(1, Environment.GetCommandLineArgs()[0]);
        }
        return Libc.Spawn(program, arguments, SettingsOfReader(),
            [none, none, none, readable, files.Kernel, files.Initrd, files.Root, answer]);
    }

    // Native code needs no environment, and what the user has in it could change how the program runs.
    private static IReadOnlyList<string> SettingsOfReader() => Confinement.IsNative ? []
        : [.. Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(IsForDotnet)
            .Select(name => $"{name}={Environment.GetEnvironmentVariable(name)}"), "DOTNET_EnableDiagnostics=0"];

    private static bool IsForDotnet(string name) => name is "PATH" or "HOME" || name.StartsWith("DOTNET_ROOT", StringComparison.Ordinal);

    private static Answer Wait(LoaderOptions options, SafeFileHandle pipe, int process, long start, EndingSignals ending)
    {
        var answer = new MemoryStream();
        var buffer = new byte[64 << 10];
        var hasEnded = false;
        using var stream = new FileStream(pipe, FileAccess.Read, bufferSize: 0);
        while (!hasEnded)
        {
            RefuseLate(options, start);
            if (!Libc.WaitUntilReadable(pipe, PollMilliseconds))
            {
                continue;
            }
            var count = stream.Read(buffer);
            hasEnded = count == 0;
            answer.Write(buffer, 0, count);
            if (answer.Length > Answer.MaximumSize)
            {
                throw Failed(options, "the part that reads the disk answered without an end");
            }
        }
        int? status;
        while ((status = Libc.TryWait(process)) is null)
        {
            RefuseLate(options, start);
            Thread.Sleep(1);
        }
        ending.ThrowIfAsked();
        try
        {
            return status == 0
                ? Answer.Decode(answer.GetBuffer().AsSpan(0, (int)answer.Length)) : throw Failed(options, Describe(status.Value));
        }
        catch (InvalidDataException e)
        {
            throw Failed(options, $"the part that reads the disk answered nonsense: {e.Message}");
        }
    }

    private static void RefuseLate(LoaderOptions options, long start)
    {
        if (Stopwatch.GetElapsedTime(start) > options.TimeLimit)
        {
            throw Failed(options, FormattableString.Invariant($"the disk was not read within {options.TimeLimit.TotalSeconds} seconds"));
        }
    }

    // As wait(2) encodes it: a signal in the lower seven bits, else the exit code above.
    private static string Describe(int status)
    {
        const int badSystemCall = 31, tooMuchTime = 24, fileTooLarge = 25;
        return (status & 0x7F) switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"the part that reads the disk ended with exit code {status >> 8 & 0xFF}"),
            badSystemCall => "the part that reads the disk was ended for a system call that it must not make",
            tooMuchTime => "the part that reads the disk used more processor time than it may",
            fileTooLarge => "what the disk holds is larger than a kernel or an initrd may be",
            var signal => string.Create(CultureInfo.InvariantCulture, $"the part that reads the disk was ended by signal {signal}"),
        };
    }

    private static OperationFailedException Failed(LoaderOptions options, string reason) =>
        new(ErrorIds.BootFailed, options.DiskPath, null, reason);
}
