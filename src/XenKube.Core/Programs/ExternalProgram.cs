using System.Diagnostics;
using System.Globalization;
using System.Text;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Programs;

/// <summary>
/// Runs a program of the host with an argument list, never through a shell: with a time limit, without a terminal, in the
/// C.UTF-8 locale, and with a limit to what is kept of its output.
/// </summary>
internal static class ExternalProgram
{
    private const int MaxOutput = 16 * 1024 * 1024;

    /// <summary>Where dom0 keeps its programs.</summary>
    public static readonly IReadOnlyList<string> SystemFolders =
        ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>
    /// The path of a program, searched in PATH and then where dom0 keeps its programs, as execvp(3) does: a file that may not be
    /// executed is passed over when there is another one. Root passes over programs that another user could have put there, and where
    /// another user became root by sudo, doas or pkexec, PATH is not searched. Null when it is missing.
    /// </summary>
    public static string? Find(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(name) ? name : null;
        }
        string[] found = [.. (CallerEnvironment.Get("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(SystemFolders)
            .Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, name)).Where(File.Exists).Where(IsTrusted)];
        return Array.Find(found, path => Libc.MayExecute(path)) ?? found.FirstOrDefault();
    }

    private static bool IsTrusted(string path)
    {
        try
        {
            return !FileTrust.IsRoot || FileTrust.Distrust(path) is null;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return false;
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="name">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="timeout">After this long it is killed.</param>
    /// <param name="input">What it reads on standard input; nothing by default.</param>
    /// <param name="environment">Variables set for it.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="OperationFailedException">It cannot be started, for a reason of <see cref="ProgramStart"/>, or took too long
    /// (<c>ProgramTimeout</c>).</exception>
    public static ProgramResult Run(string name, IReadOnlyList<string> arguments, TimeSpan timeout, byte[]? input = null,
        IReadOnlyDictionary<string, string>? environment = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = Find(name) ?? throw ProgramStart.Missing(name);
        var start = new ProcessStartInfo(path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (variable, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[variable] = value;
        }
        foreach (var argument in arguments)
        {
            if (argument.Contains('\0', StringComparison.Ordinal))
            {
                throw new InvalidInputException(ErrorIds.NameInvalid, null, null, $"'{Printable.Of(argument)}' has a NUL character in it");
            }
            start.ArgumentList.Add(argument);
        }
        using var activity = ExternalPrograms.Activities.StartActivity("program");
        activity?.SetTag("line", Line(path, arguments));
        using (var process = ProgramStart.Start(start, name, cancellationToken))
        {
            var output = ReadAsync(process.StandardOutput);
            var error = ReadAsync(process.StandardError);
            Feed(process, input);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(timeout);
            try
            {
                WaitForExit(process, limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();
                throw new OperationFailedException(ErrorIds.ProgramTimeout, path, null,
                    string.Create(CultureInfo.InvariantCulture,
                        $"'{Printable.Of(Line(name, arguments))}' did not end within {timeout.TotalSeconds:0.#} s and was stopped"),
                    "Look at what holds it up (its log, the system's journal), then try again");
            }
            // A daemon that it started may hold the pipes open, so the wait has an end; a busy dom0 needs seconds to read what was said.
            Task.WaitAll(new[] { output.Done, error.Done }, TimeSpan.FromSeconds(10));
            activity?.SetTag("exit", process.ExitCode);
            return new ProgramResult(path, arguments, process.ExitCode, output.Text(), error.Text());
        }
    }

    internal static string Line(string name, IReadOnlyList<string> arguments) => string.Join(' ', arguments.Prepend(name));

    private static void WaitForExit(Process process, CancellationToken cancellationToken)
    {
        // Process.WaitForExitAsync also waits for the ends of the pipes, which a daemon may never close.
        using var ended = new ManualResetEventSlim();
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) =>
        {
            try
            {
                ended.Set();
            }
            catch (ObjectDisposedException)
            {
                // The wait was given up.
            }
        };
        if (!process.HasExited)
        {
            ended.Wait(cancellationToken);
        }
    }

    private static void Feed(Process process, byte[]? input)
    {
        try
        {
            if (input is not null)
            {
                process.StandardInput.BaseStream.Write(input);
            }
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It did not want to read.
        }
    }

    private static (Task Done, Func<string> Text) ReadAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        var done = Task.Run(async () =>
        {
            var buffer = new char[4096];
            try
            {
                for (int count; (count = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
                {
                    lock (text)
                    {
                        text.Append(buffer, 0, Math.Min(count, MaxOutput - text.Length));
                    }
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // It was stopped.
            }
        });
        return (done, () =>
        {
            lock (text)
            {
                return text.ToString();
            }
        });
    }
}
