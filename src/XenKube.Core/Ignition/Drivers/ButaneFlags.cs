using XenKube.Ignition.Butane;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Drivers;

/// <summary>
/// Butane's command line, with the habits of its flag library: flags anywhere, <c>--flag=value</c> or the next word, short flags
/// that cling together, <c>--</c> for the end.
/// </summary>
/// <remarks>Held against spf13/pflag d5e0c06 in Butane 0.19.0 and v1.0.10 in Butane 0.29.0.</remarks>
internal sealed class ButaneFlags
{
    /// <summary>The usage text of 0.19.0.</summary>
    private const string FirstUsage =
        """
        Usage: butane [options] [input-file]
        Options:
          -c, --check              check config without producing output
          -d, --files-dir string   allow embedding local files from this directory
          -h, --help               show usage and exit
          -o, --output string      write to output file instead of stdout
          -p, --pretty             output formatted json
          -r, --raw                never wrap in a MachineConfig; force Ignition output
          -s, --strict             fail on any warning
          -V, --version            print the version and exit

        """;

    /// <summary>The usage text of 0.29.0.</summary>
    private const string RecentUsage =
        """
        Usage: butane [options] [input-file]
        Options:
          -c, --check                     check config without producing output
              --color string[="always"]   control color output: "auto", "always", or "never" (default "auto")
          -d, --files-dir string          allow embedding local files from this directory
          -h, --help                      show usage and exit
          -o, --output string             write to output file instead of stdout
          -p, --pretty                    output formatted json
          -r, --raw                       never wrap in a MachineConfig; force Ignition output
              --raw-errors                show raw errors, rather than pretty printing them
          -s, --strict                    fail on any warning
          -V, --version                   print the version and exit

        """;

    private static readonly (string Name, char Short, bool HasValue)[] RecentFlags =
        [("color", '\0', true), ("colour", '\0', true), ("raw-errors", '\0', false)];

    private static readonly (string Name, char Short, bool HasValue)[] FirstFlags =
    [
        ("check", 'c', false), ("debug", 'D', false), ("files-dir", 'd', true), ("help", 'h', false), ("input", '\0', true),
        ("output", 'o', true),
        ("pretty", 'p', false), ("raw", 'r', false), ("strict", 's', false), ("version", 'V', false),
    ];

    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);
    private readonly (string Name, char Short, bool HasValue)[] known;

    private ButaneFlags(ButaneRelease release) => known = release.IsRecent ? [.. FirstFlags, .. RecentFlags] : FirstFlags;

    /// <summary>The file to read; empty for standard input.</summary>
    public string Input { get; private set; } = "";

    /// <summary>Remarks about flags that are deprecated, a line each.</summary>
    public string Remarks { get; private set; } = "";

    /// <summary>The file to write; empty for standard output.</summary>
    public string Output => values.GetValueOrDefault("output", "");

    /// <summary>The files directory; empty for none.</summary>
    public string FilesDirectory => values.GetValueOrDefault("files-dir", "");

    /// <summary>Whether to write nothing.</summary>
    public bool Check => IsOn("check");

    /// <summary>Whether to print the usage.</summary>
    public bool Help => IsOn("help");

    /// <summary>Whether to print the version.</summary>
    public bool ShowVersion => IsOn("version");

    /// <summary>Whether to print errors on one line each, as 0.19.0 does.</summary>
    public bool RawErrors => IsOn("raw-errors");

    /// <summary>Whether a config for OpenShift is not put into a MachineConfig.</summary>
    public bool Raw => IsOn("raw");

    /// <summary>Whether to print errors in colours. Without a word about them there are none.</summary>
    public bool IsColored => (values.GetValueOrDefault("color") ?? values.GetValueOrDefault("colour")) is "always" or "yes";

    /// <summary>The usage text of a release.</summary>
    public static string Usage(ButaneRelease release) => release.IsRecent ? RecentUsage : FirstUsage;

    /// <summary>Whether to indent.</summary>
    public bool Pretty => IsOn("pretty");

    /// <summary>Whether warnings are fatal.</summary>
    public bool Strict => IsOn("strict");

    /// <summary>Reads the words.</summary>
    /// <param name="args">The words.</param>
    /// <param name="release">The release of Butane to be like.</param>
    /// <param name="fault">The fault, which is empty for too many files; null if there is none.</param>
    public static ButaneFlags Parse(IReadOnlyList<string> args, ButaneRelease release, out string? fault)
    {
        var flags = new ButaneFlags(release);
        var files = new List<string>();
        fault = null;
        for (var i = 0; i < args.Count && fault is null; i++)
        {
            var word = args[i];
            if (word == "--")
            {
                files.AddRange(args.Skip(i + 1));
                break;
            }
            if (word.StartsWith("--", StringComparison.Ordinal))
            {
                fault = flags.TakeLong(word[2..], args, ref i);
            }
            else if (word.Length > 1 && word[0] == '-')
            {
                fault = flags.TakeShort(word[1..], args, ref i);
            }
            else
            {
                files.Add(word);
            }
        }
        var named = flags.values.GetValueOrDefault("input", "");
        if (fault is null && files.Count > (named.Length == 0 ? 1 : 0))
        {
            fault = "";
        }
        flags.Input = files.Count > 0 ? files[0] : named;
        return flags;
    }

    private bool IsOn(string name) => values.GetValueOrDefault(name) == "true";

    private string? TakeLong(string word, IReadOnlyList<string> args, ref int index)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? word : word[..equals];
        if (name.Length == 0 || name[0] is '-' or '=')
        {
            return $"bad flag syntax: --{word}";
        }
        foreach (var flag in known)
        {
            if (flag.Name != name)
            {
                continue;
            }
            if (equals >= 0)
            {
                return Set(flag, word[(equals + 1)..]);
            }
            if (!flag.HasValue || name is "color" or "colour")
            {
                return Set(flag, flag.HasValue ? "always" : "true");
            }
            return ++index < args.Count ? Set(flag, args[index]) : $"flag needs an argument: --{name}";
        }
        return $"unknown flag: --{name}";
    }

    private string? TakeShort(string word, IReadOnlyList<string> args, ref int index)
    {
        for (var i = 0; i < word.Length; i++)
        {
            var letter = word[i];
            var found = Array.Find(known, flag => flag.Short == letter && letter != '\0');
            if (found.Name is null)
            {
                return $"unknown shorthand flag: {GoQuote.Quote(letter.ToString()).Replace('"', '\'')} in -{word[i..]}";
            }
            var rest = word[(i + 1)..];
            // The flag library takes an equals sign that nothing follows for another flag.
            if (rest.Length > 1 && rest[0] == '=')
            {
                return Set(found, rest[1..]);
            }
            if (found.HasValue)
            {
                return rest.Length > 0 ? Set(found, rest)
                    : ++index < args.Count ? Set(found, args[index])
                    : $"flag needs an argument: '{letter}' in -{word[i..]}";
            }
            Set(found, "true");
        }
        return null;
    }

    private string? Set((string Name, char Short, bool HasValue) flag, string value)
    {
        if (!flag.HasValue)
        {
            var isOn = value is "1" or "t" or "T" or "true" or "TRUE" or "True";
            if (!isOn && value is not ("0" or "f" or "F" or "false" or "FALSE" or "False"))
            {
                var shown = flag.Short == '\0' ? "--" + flag.Name : $"-{flag.Short}, --{flag.Name}";
                return $"invalid argument {GoQuote.Quote(value)} for {GoQuote.Quote(shown)} flag: "
                    + $"strconv.ParseBool: parsing {GoQuote.Quote(value)}: invalid syntax";
            }
            value = isOn ? "true" : "false";
        }
        values[flag.Name] = value;
        if (flag.Name == "input")
        {
            Remarks += "Flag --input has been deprecated, specify filename directly on command line\n";
        }
        return null;
    }
}
