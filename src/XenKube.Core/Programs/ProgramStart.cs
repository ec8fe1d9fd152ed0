using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using XenKube.Posix;

namespace XenKube.Programs;

/// <summary>
/// Starts programs, and says by the error's id why one cannot be started. The reasons are those of execve(2) and fork(2).
/// </summary>
internal static class ProgramStart
{
    /// <summary>The kernel reads no more of a script's first line (BINPRM_BUF_SIZE).</summary>
    private const int LongestFirstLine = 256;

    /// <summary>
    /// How long a program that is open for writing is tried again. A package manager renames finished files into place; what is
    /// left is a copy that ends soon, or a process that was forked while the file was written and has not called execve yet.
    /// </summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    /// <summary>Starts a program.</summary>
    /// <param name="start">Its path, arguments and environment.</param>
    /// <param name="name">What the caller called it.</param>
    /// <param name="cancellationToken">Ends the wait for a program that is open for writing.</param>
    /// <exception cref="OperationFailedException">
    /// It is missing (<c>ProgramMissing</c>), open for writing (<c>ProgramBusy</c>), may not be executed (<c>ProgramNotExecutable</c>),
    /// is not something that this machine can run (<c>ProgramNotRunnable</c>), was given too long a command line
    /// (<c>CommandLineTooLong</c>), a limit was reached (<c>TooManyOpenFiles</c>, <c>TooManyProcesses</c>, <c>OutOfMemory</c>), or
    /// the system gave another reason (<c>ProgramNotStarted</c>).
    /// </exception>
    public static Process Start(ProcessStartInfo start, string name, CancellationToken cancellationToken = default)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return Process.Start(start)!;
            }
            catch (Win32Exception e) when ((Errno)e.NativeErrorCode == Errno.FileBusy && watch.Elapsed < Moment)
            {
                cancellationToken.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(10));
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (Win32Exception e)
            {
                throw Failure(e, start.FileName, name);
            }
        }
    }

    /// <summary>The error for a program that is not there.</summary>
    /// <param name="name">Its name or path.</param>
    /// <param name="cause">What the system said, where it was asked.</param>
    public static OperationFailedException Missing(string name, Exception? cause = null) =>
        new(ErrorIds.ProgramMissing, name, null, "is not installed here", $"Install the package that has {Path.GetFileName(name)}", cause);

    private static OperationFailedException Failure(Win32Exception cause, string path, string name) => (Errno)cause.NativeErrorCode switch
    {
        Errno.NoEntry when !File.Exists(path) => Missing(name, cause),
        Errno.NoEntry => new OperationFailedException(ErrorIds.ProgramNotRunnable, path, null,
            Interpreter(path) is { } interpreter
                ? $"its first line names '{Printable.Of(interpreter)}', which is not installed here"
                : "the loader that it names is not installed here: it was built for another system",
            "Install what it names, or install the program's own package again", cause),
        Errno.NotExecutable => new OperationFailedException(ErrorIds.ProgramNotRunnable, path, null,
            "is not a program that this machine can run",
            "Install its package for this machine's architecture (dpkg --print-architecture); a script must begin with a line such as #!/bin/sh",
            cause),
        Errno.PermissionDenied => new OperationFailedException(ErrorIds.ProgramNotExecutable, path, null,
            "permission to execute it was denied",
            "Allow it with chmod a+x, or run this as a user who may execute it; if it is on a file system that is mounted noexec (findmnt -T), move it to another one",
            cause),
        Errno.FileBusy => new OperationFailedException(ErrorIds.ProgramBusy, path, null, "another process has it open for writing",
            "Wait until its installation has ended (fuser -v shows the process that writes it), then try again", cause),
        Errno.ArgumentsTooLong => new OperationFailedException(ErrorIds.CommandLineTooLong, path, null,
            "its command line and environment are longer than the system allows",
            "Give shorter names, or fewer at once", cause),
        Errno.TooManyOpenFiles => new OperationFailedException(ErrorIds.TooManyOpenFiles, path, null,
            "cannot be started: this process has as many files open as it may have",
            "Raise its limit of open files (ulimit -n, or LimitNOFILE= of the service), then try again", cause),
        Errno.TooManyOpenFilesInSystem => new OperationFailedException(ErrorIds.TooManyOpenFiles, path, null,
            "cannot be started: this machine has as many files open as it may have",
            "End programs that hold many files open, or raise the limit (sysctl fs.file-max), then try again", cause),
        Errno.TryAgain => new OperationFailedException(ErrorIds.TooManyProcesses, path, null,
            "cannot be started: there are as many processes as there may be",
            "End programs that are not needed, or raise the limit (ulimit -u, or TasksMax= of the service), then try again", cause),
        Errno.OutOfMemory => new OperationFailedException(ErrorIds.OutOfMemory, path, null,
            "cannot be started: this machine has no memory left for another process",
            "End programs that are not needed, or give dom0 more memory (dom0_mem= of Xen's command line, xl mem-set), then try again",
            cause),
        _ => new OperationFailedException(ErrorIds.ProgramNotStarted, path, null, $"cannot be started: {cause.Message}", null, cause),
    };

    /// <summary>The program in the first line of a script, as execve(2) reads it; null for other files.</summary>
    private static string? Interpreter(string path)
    {
        var first = new byte[LongestFirstLine];
        try
        {
            using var file = Libc.Open(path, OpenFlags.NonBlocking | OpenFlags.NoTerminal) is { } handle
                ? new FileStream(handle, FileAccess.Read, bufferSize: 0) : null;
            if (file is null)
            {
                return null;
            }
            first = first[..file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
        return first.AsSpan().StartsWith("#!"u8)
            ? Encoding.UTF8.GetString(first).Split('\n')[0][2..].Trim(' ', '\t').Split(' ', '\t')[0]
            : null;
    }
}
