using System.Diagnostics;
using XenKube.Cli.Commands;
using XenKube.Clusters;

namespace XenKube.Cli.Quickstart;

/// <summary>The refresh as <c>Get-Node etcd | Reset-Ignition</c>, where there is a pwsh and the module was built along.</summary>
internal sealed class PowerShellRefresh
{
    private readonly string _program;
    private readonly string _module;

    private PowerShellRefresh(string program, string module)
    {
        _program = program;
        _module = module;
    }

    /// <summary>The built module; null where it is not there.</summary>
    public static string? ModulePath
    {
        get
        {
            for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            {
                if (File.Exists(Path.Combine(directory.FullName, "XenKube.sln")))
                {
                    var module = Path.Combine(directory.FullName, "artifacts", AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal) ? "Debug" : "Release", "XenKube");
                    return File.Exists(Path.Combine(module, "XenKube.psd1")) ? module : null;
                }
            }
            return null;
        }
    }

    /// <summary>Finds pwsh and the module; null where one of them is missing.</summary>
    public static PowerShellRefresh? Find()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, "pwsh")).FirstOrDefault(File.Exists);
        return program is not null && ModulePath is { } module ? new PowerShellRefresh(program, module) : null;
    }

    /// <summary>Runs it and returns what it printed.</summary>
    /// <param name="directory">The XENDIR.</param>
    /// <param name="cluster">The cluster whose nodes are refreshed.</param>
    public IEnumerable<string> Run(XenDirectory directory, string cluster)
    {
        const string Command = "Import-Module $env:XENKUBE_MODULE; Get-Node $env:XENKUBE_CLUSTER | Reset-Ignition | Format-Table | Out-String -Width 140";
        var start = new ProcessStartInfo(_program, ["-NoProfile", "-NonInteractive", "-Command", Command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XENDIR"] = directory.Path;
        start.Environment["XENKUBE_MODULE"] = _module;
        start.Environment["XENKUBE_CLUSTER"] = cluster;
        start.Environment["NO_COLOR"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0 || error.Result.Length > 0)
        {
            throw new OperationFailedException("PowerShellFailed", _program, null, error.Result.ReplaceLineEndings(" ").Trim());
        }
        return ["Get-Node etcd | Reset-Ignition", .. output.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
    }
}
