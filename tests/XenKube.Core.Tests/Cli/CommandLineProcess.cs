using System.Diagnostics;
using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary>The xenkube program in a process of its own, with an environment of its own.</summary>
internal sealed class CommandLineProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;
    private readonly System.Text.StringBuilder _errorSoFar = new();

    private CommandLineProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = Task.Run(async () =>
        {
            while (await process.StandardError.ReadLineAsync() is { } line)
            {
                lock (_errorSoFar)
                {
                    _errorSoFar.Append(line).Append('\n');
                }
            }
            return ErrorSoFar;
        });
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>What it has said on standard error until now.</summary>
    public string ErrorSoFar
    {
        get
        {
            lock (_errorSoFar)
            {
                return _errorSoFar.ToString();
            }
        }
    }

    public static CommandLineProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Tool.Find("dotnet")!, [Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        return new CommandLineProcess(Process.Start(start)!);
    }

    public static CommandLineRun Run(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        return process.End();
    }

    public static CommandLineRun RunWithInput(byte[] input, params string[] arguments)
    {
        using var process = Start(new Dictionary<string, string>(), arguments);
        try
        {
            process._process.StandardInput.BaseStream.Write(input);
            process._process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading.
        }
        return process.End();
    }

    /// <summary>Waits until standard error has a text.</summary>
    public void WaitFor(string text)
    {
        var watch = Stopwatch.StartNew();
        while (!ErrorSoFar.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(!HasEnded && watch.Elapsed < TimeSpan.FromMinutes(1), $"'{text}' was not said: {ErrorSoFar}");
            Thread.Sleep(50);
        }
    }

    public CommandLineRun End()
    {
        Assert.True(_process.WaitForExit(TimeSpan.FromMinutes(2)), "it does not end");
        return new CommandLineRun(_process.ExitCode, _output.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(5000);
        }
        _process.Dispose();
    }
}
