using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using XenKube.Ignition.Drivers;
using XenKube.Tests.Support;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>A recorded case of tests/corpus/clc, and what our driver makes of it. The README there says how to compare.</summary>
internal sealed partial class ClcCase
{
    private static readonly ConcurrentDictionary<(string, string), Lazy<ClcCase>> Done = new();
    private readonly string folder;
    private readonly string release;

    /// <summary>The case after its run; four tests look at each.</summary>
    public static ClcCase Of(string name, string release) =>
        Done.GetOrAdd((name, release), static key => new Lazy<ClcCase>(() => new ClcCase(key.Item1, key.Item2).Run())).Value;

    private ClcCase(string name, string release)
    {
        folder = Project.Tests("corpus", "clc", name);
        this.release = release;
    }

    public static IEnumerable<string> Names =>
        Directory.GetDirectories(Project.Tests("corpus", "clc")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    public int ExpectedExit => int.Parse(File.ReadAllText(Expected("exit")), CultureInfo.InvariantCulture);

    public byte[] ExpectedJson => File.ReadAllBytes(Expected("json"));

    public List<string> ExpectedEntries => Split(File.ReadAllText(Expected("stderr")));

    public bool IsUnordered => File.Exists(Expected("unordered"));

    public bool IsLoose => File.Exists(Expected("loose"));

    public int Exit { get; private set; }

    public byte[] Json { get; private set; } = [];

    public List<string> Entries { get; private set; } = [];

    /// <summary>Runs the case in a copy of its folder, since the driver may write there.</summary>
    private ClcCase Run()
    {
        using var copy = new TemporaryDirectory();
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            copy.Write(Path.GetRelativePath(folder, file), File.ReadAllBytes(file));
        }
        var words = File.ReadAllLines(copy["args"]).Where(line => line.Length > 0).ToArray();
        string? outFile = null;
        for (var index = 0; index < words.Length; index++)
        {
            // Paths are relative to the case's folder; a test must not change the process's own.
            if (words[index].TrimStart('-') is "out-file" or "in-file" or "files-dir" && index + 1 < words.Length)
            {
                outFile = words[index].EndsWith("out-file", StringComparison.Ordinal) ? copy[words[index + 1]] : outFile;
                words[index + 1] = copy[words[index + 1]];
            }
            else if (PathFlag().Match(words[index]) is { Success: true } match)
            {
                outFile = words[index].Contains("out-file", StringComparison.Ordinal) ? copy[match.Groups[2].Value] : outFile;
                words[index] = match.Groups[1].Value + copy[match.Groups[2].Value];
            }
        }
        using var output = new MemoryStream();
        using var error = new StringWriter();
        Exit = CtDriver.Run(["--release", release, .. words], File.OpenRead(copy["input.yaml"]), output, error);
        Json = outFile is null ? output.ToArray() : File.Exists(outFile) ? File.ReadAllBytes(outFile) : [];
        Entries = Split(error.ToString().Replace(copy.Path + "/", "", StringComparison.Ordinal));
        return this;
    }

    /// <summary>The messages as entries; a line that begins none belongs to the one before it.</summary>
    private static List<string> Split(string text)
    {
        var entries = new List<string>();
        foreach (var line in text.Split('\n')[..^1])
        {
            var begins = EntryStart().IsMatch(line) || line.StartsWith("Failed to ", StringComparison.Ordinal) || entries.Count == 0;
            if (begins)
            {
                entries.Add(line);
            }
            else
            {
                entries[^1] += "\n" + line;
            }
        }
        return entries;
    }

    /// <summary>Kind and position of an entry.</summary>
    public static string WithoutText(string entry)
    {
        var line = entry.Split('\n')[0];
        return line.Contains(" at line ", StringComparison.Ordinal) ? line : line.Split(':')[0];
    }

    private string Expected(string what) => Path.Combine(folder, $"expected-{release}.{what}");

    [GeneratedRegex("^(error|warning|info)(:| at line [0-9]+, column [0-9]+$)")]
    private static partial Regex EntryStart();

    [GeneratedRegex("^(--?(?:out-file|in-file|files-dir)=)(.*)$")]
    private static partial Regex PathFlag();
}
