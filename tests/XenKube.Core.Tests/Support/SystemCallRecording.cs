using System.Globalization;
using System.Text.RegularExpressions;

namespace XenKube.Tests.Support;

/// <summary>
/// What the xenkube program really asks of the operating system while it edits a disk, noted by strace: a flush that the
/// code only means to do is missing here.
/// </summary>
internal static partial class SystemCallRecording
{
    /// <summary>Runs xenkube on a disk and returns its writes and flushes in their order.</summary>
    /// <param name="directory">Room for the trace.</param>
    /// <param name="disk">The disk; only calls on it are noted.</param>
    /// <param name="input">Standard input of the command.</param>
    /// <param name="arguments">The command.</param>
    public static List<RecordedWrite> Run(TemporaryDirectory directory, string disk, byte[] input, params string[] arguments)
    {
        var before = File.ReadAllBytes(disk);
        var trace = directory["trace"];
        var said = Tool.Run("strace",
            ["-ff", "-ttt", "-xx", "-s", "16777216", "-e", "trace=pwrite64,pwritev,pwritev2,write,writev,fsync,fdatasync,ftruncate,fallocate,sync_file_range,mmap",
             "-P", disk, "-o", trace, "dotnet", Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), .. arguments],
            input);
        Assert.SkipWhen(said.All.Contains("PTRACE", StringComparison.Ordinal), "this machine lets nobody trace");
        said.ShouldSucceed();
        var events = Directory.GetFiles(directory.Path, "trace.*").SelectMany(File.ReadAllLines).Where(line => line.Length > 0)
            .OrderBy(line => line.Split(' ')[0], StringComparer.Ordinal).SelectMany(Parse).ToList();
        foreach (var e in events.Where(e => !e.IsFlush))
        {
            e.Bytes.CopyTo(before.AsSpan((int)e.Offset));
        }
        Assert.True(before.AsSpan().SequenceEqual(File.ReadAllBytes(disk)), "strace did not see every write");
        return events;
    }

    // 1790000000.123456 pwrite64(33, "\x00\x01", 2, 1024) = 2
    private static IEnumerable<RecordedWrite> Parse(string line)
    {
        var call = Call().Match(line);
        if (!call.Success)
        {
            yield break;
        }
        switch (call.Groups["name"].Value)
        {
            case "fsync" or "fdatasync":
                Assert.EndsWith("= 0", line, StringComparison.Ordinal);
                yield return new RecordedWrite(0, null);
                break;
            case "pwrite64":
                var write = Write().Match(line);
                Assert.True(write.Success && !line.Contains("\"...", StringComparison.Ordinal), "strace cut the bytes off");
                var bytes = Convert.FromHexString(write.Groups["bytes"].Value.Replace("\\x", "", StringComparison.Ordinal));
                Assert.Equal(bytes.Length.ToString(CultureInfo.InvariantCulture), write.Groups["written"].Value);
                yield return new RecordedWrite(long.Parse(write.Groups["offset"].Value, CultureInfo.InvariantCulture), bytes);
                break;
            case var other:
                Assert.Fail($"{other} was not expected: {line[..Math.Min(200, line.Length)]}");
                break;
        }
    }

    [GeneratedRegex(@"^[0-9.]+ (?<name>[a-z0-9_]+)\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"pwrite64\([^,]+, ""(?<bytes>[^""]*)"", [0-9]+, (?<offset>[0-9]+)\)\s+= (?<written>[0-9]+)")]
    private static partial Regex Write();
}
