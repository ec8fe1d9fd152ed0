using System.Text;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Drivers;

/// <summary>
/// A command line as Go's flag package reads it: one or two dashes, values after <c>=</c> or in the next word, switches with
/// an optional value; the first word that is not a flag ends it.
/// </summary>
/// <remarks>Held against flag of Go 1.19.</remarks>
/// <param name="program">The name the usage text gives the program.</param>
/// <param name="flags">The flags, in alphabetical order.</param>
internal sealed class GoFlagSet(string program, IReadOnlyList<GoFlag> flags)
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    /// <summary>Reads the words.</summary>
    /// <returns>Null if all is well; the empty text if help was asked for; else what is wrong.</returns>
    public string? Parse(IReadOnlyList<string> words)
    {
        for (var index = 0; index < words.Count;)
        {
            var word = words[index];
            if (word.Length < 2 || word[0] != '-')
            {
                return null;
            }
            index++;
            var name = word[(word[1] == '-' ? 2 : 1)..];
            if (word == "--")
            {
                return null;
            }
            if (name.Length == 0 || name[0] is '-' or '=')
            {
                return "bad flag syntax: " + word;
            }
            var equals = name.IndexOf('=', 1);
            var value = equals < 0 ? null : name[(equals + 1)..];
            name = equals < 0 ? name : name[..equals];
            if (flags.FirstOrDefault(candidate => candidate.Name == name) is not { } flag)
            {
                return name is "help" or "h" ? "" : "flag provided but not defined: -" + name;
            }
            if (flag.IsSwitch)
            {
                value ??= "true";
                if (value is not ("1" or "t" or "T" or "true" or "TRUE" or "True" or "0" or "f" or "F" or "false" or "FALSE" or "False"))
                {
                    return $"invalid boolean value {GoQuote.Quote(value)} for -{name}: parse error";
                }
            }
            else if (value is null)
            {
                if (index >= words.Count)
                {
                    return "flag needs an argument: -" + name;
                }
                value = words[index++];
            }
            values[name] = value;
        }
        return null;
    }

    /// <summary>The value of a flag, empty if it was not given.</summary>
    public string Text(string name) => values.GetValueOrDefault(name, "");

    /// <summary>Whether a switch is on.</summary>
    public bool IsOn(string name) => Text(name) is "1" or "t" or "T" or "true" or "TRUE" or "True";

    /// <summary>The usage text.</summary>
    public string Usage
    {
        get
        {
            var usage = new StringBuilder($"Usage of {program}:\n");
            foreach (var flag in flags)
            {
                usage.Append("  -").Append(flag.Name).Append(flag.IsSwitch ? "" : " string");
                usage.Append("\n    \t").Append(flag.Usage).Append('\n');
            }
            return usage.ToString();
        }
    }
}
