using System.Text;
using XenKube.Ignition.Drivers;

namespace XenKube.Tests.Ignition.Butane;

/// <summary>One run of the driver as release 0.19.0.</summary>
internal sealed record ButaneRun(int ExitCode, string Output, string Error)
{
    public static ButaneRun Of(string document, params string[] args) => Of(Encoding.UTF8.GetBytes(document), args);

    public static ButaneRun Of(byte[] document, params string[] args)
    {
        using var input = new MemoryStream(document);
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var exitCode = ButaneDriver.Run(["--release", "0.19", .. args], input, output, error);
        return new ButaneRun(exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>A document of a version, its head on two lines.</summary>
    public static ButaneRun OfVersion(string version, string body, params string[] args)
    {
        var words = version.Split(' ');
        return Of($"variant: {words[0]}\nversion: {words[1]}\n{body}", args);
    }

    /// <summary>The entries of the report, without positions.</summary>
    public IReadOnlyList<string> Entries =>
        [.. Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.Contains(" at $", StringComparison.Ordinal))
            .Select(line => System.Text.RegularExpressions.Regex.Replace(line, @", line \d+ col \d+", ""))];
}
