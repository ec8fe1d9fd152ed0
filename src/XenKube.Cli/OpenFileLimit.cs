using Microsoft.Win32.SafeHandles;

namespace XenKube.Cli;

/// <summary>
/// The limit of open files, looked at before anything else: where the runtime cannot load its own parts or start a thread, it aborts with a
/// report that says nothing of the limit. Everything here is in the one assembly that is loaded by then.
/// </summary>
internal static class OpenFileLimit
{
    private const int TooManyOpenFiles = 24; // EMFILE

    // Measured: a command that runs no program needs 47 beyond those that are open here.
    private const int Needed = 64;

    /// <summary>True if too few files can be opened for a command to run.</summary>
    public static bool IsTooLow()
    {
        var held = new SafeFileHandle?[Needed];
        try
        {
            for (var i = 0; i < Needed; i++)
            {
                held[i] = File.OpenHandle("/dev/null");
            }
            return false;
        }
        catch (IOException e)
        {
            return e.HResult == TooManyOpenFiles;
        }
        finally
        {
            foreach (var one in held)
            {
                one?.Dispose();
            }
        }
    }

    /// <summary>Reports it on standard error.</summary>
    /// <returns>The exit code.</returns>
    public static int Refuse()
    {
        using var error = new FileStream(new SafeFileHandle(2, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        error.Write("xenkube: this process may open too few files. Raise its limit of open files (ulimit -n 1024, or LimitNOFILE= of the service), then try again\n"u8);
        return 1;
    }
}
