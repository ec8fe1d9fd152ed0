using System.Diagnostics;

namespace XenKube.Tests.Support;

/// <summary>Runs a real tool that is not ours, the oracle of a test. A test whose tool is missing is skipped, visibly.</summary>
internal static class Tool
{
    private static readonly string[] Folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/sbin", "/usr/bin"];

    public static string? Find(string name) =>
        name.Contains('/', StringComparison.Ordinal)
            ? (File.Exists(name) ? name : null)
            : Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Skips the calling test if any of the tools is missing.</summary>
    public static void Need(params string[] names)
    {
        foreach (var name in names)
        {
            Assert.SkipWhen(Find(name) is null, $"{name} is not installed");
        }
    }

    /// <summary>Runs a tool to its end and returns what it said; the exit code is the caller's to check.</summary>
    public static ToolResult Run(string name, params string[] arguments) => Run(name, arguments, null);

    public static ToolResult Run(string name, string[] arguments, byte[]? input, string? workingDirectory = null, TimeSpan? timeout = null)
    {
        var start = new ProcessStartInfo(Find(name) ?? name)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = Task.Run(() =>
        {
            var bytes = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(bytes);
            return bytes.ToArray();
        });
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The tool did not want its input.
        }
        if (!process.WaitForExit(timeout ?? TimeSpan.FromMinutes(5)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{name} did not end");
        }
        return new ToolResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}

/// <summary>What a tool said.</summary>
internal sealed record ToolResult(int ExitCode, byte[] OutputBytes, string Error)
{
    public string Output => System.Text.Encoding.UTF8.GetString(OutputBytes);

    /// <summary>Everything it printed, for the message of a failed assertion.</summary>
    public string All => Output + Error;

    public ToolResult ShouldSucceed()
    {
        Assert.True(ExitCode == 0, $"exit {ExitCode}: {All}");
        return this;
    }
}
