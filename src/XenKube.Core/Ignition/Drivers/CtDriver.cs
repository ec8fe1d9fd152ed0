using System.Text;
using XenKube.Ignition.ContainerLinux.Releases;

namespace XenKube.Ignition.Drivers;

/// <summary>
/// Replaces the <c>ct</c> binary: its flags, its messages, its exit codes. One flag is our own: <c>--release 0.9.0</c> to be
/// like the last release instead of 0.5.0.
/// </summary>
/// <remarks>Held against ct 0.5.0 and 0.9.0.</remarks>
public static class CtDriver
{
    /// <summary>Runs the transpiler.</summary>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <returns>The exit code: 0 done, 1 failed, 2 wrong usage.</returns>
    public static int Run(string[] args, Stream input, Stream output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        var (release, words) = TakeRelease(args);
        if (release is null)
        {
            error.Write($"--release needs {string.Join(" or ", ClcRelease.All.Select(known => known.Version))}\n");
            return 2;
        }
        var flags = new GoFlagSet("ct", Flags(release));
        if (flags.Parse(words) is { } problem)
        {
            error.Write(problem.Length == 0 ? flags.Usage : problem + "\n" + flags.Usage);
            return problem.Length == 0 ? 0 : 2;
        }
        if (flags.IsOn("help"))
        {
            error.Write(flags.Usage);
            return 0;
        }
        if (flags.IsOn("version"))
        {
            output.Write(Encoding.UTF8.GetBytes($"ct v{release.Version}\n"));
            return 0;
        }
        return new CtRun(flags, release, input, output, error).Run();
    }

    /// <summary>Our own flag is taken out wherever it occurs before the first word that is not a flag.</summary>
    private static (ClcRelease? Release, List<string> Words) TakeRelease(string[] args)
    {
        var release = ClcRelease.V050;
        var words = new List<string>(args.Length);
        for (var index = 0; index < args.Length; index++)
        {
            var word = args[index];
            var name = word.TrimStart('-');
            if (word.StartsWith('-') && (name == "release" || name.StartsWith("release=", StringComparison.Ordinal)))
            {
                var value = name.Length > 7 ? name[8..] : ++index < args.Length ? args[index] : "";
                if (ClcRelease.TryFind(value) is not { } found)
                {
                    return (null, words);
                }
                release = found;
            }
            else
            {
                words.Add(word);
            }
        }
        return (release, words);
    }

    private static List<GoFlag> Flags(ClcRelease release)
    {
        var flags = new List<GoFlag>
        {
            new("help", true, "Print help and exit."),
            new("in-file", false, "Path to the container linux config. Standard input unless specified otherwise."),
            new("out-file", false, "Path to the resulting Ignition config. Standard output unless specified otherwise."),
            new("platform", false, $"Platform to target. Accepted values: [{string.Join(' ', release.Platforms)}]."),
            new("pretty", true, "Indent the resulting Ignition config."),
            new("strict", true, "Fail if any warnings are encountered."),
            new("version", true, "Print the version and exit."),
        };
        if (release.HasLocalFiles)
        {
            flags.Insert(0, new GoFlag("files-dir", false, "Directory to read local files from."));
        }
        return flags;
    }
}
