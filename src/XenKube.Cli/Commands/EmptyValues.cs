using System.CommandLine.Parsing;

namespace XenKube.Cli.Commands;

/// <summary>
/// Empty values on a command line, which a variable that is not set leaves: they name nothing. They are refused before a command begins,
/// since an empty path could mean the current directory and an empty pattern everything.
/// </summary>
internal static class EmptyValues
{
    /// <summary>Where an empty value means something: no platform, no further kernel arguments, an empty value of a key of etcd.</summary>
    private static readonly string[] Allowed = ["--platform", "--append", "VALUE"];

    /// <summary>The errors, in words.</summary>
    /// <param name="parsed">The command line.</param>
    public static IEnumerable<string> Errors(System.CommandLine.ParseResult parsed) => parsed.CommandResult.Children
        .Where(part => part.Tokens.Any(token => token.Value.Length == 0))
        .Select(part => part switch
        {
            OptionResult option => option.Option.Name,
            ArgumentResult argument => argument.Argument.Name,
            _ => "",
        })
        .Where(name => !Allowed.Contains(name)).Select(name => $"the value of {name} is empty");
}
