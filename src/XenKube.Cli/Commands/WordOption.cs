using System.CommandLine;
using System.CommandLine.Parsing;

namespace XenKube.Cli.Commands;

/// <summary>Options whose value is one of a few words, written in upper or lower case; the words can be completed.</summary>
internal static class WordOption
{
    /// <summary>An option with the names of an enum's values as its words.</summary>
    /// <typeparam name="T">The enum.</typeparam>
    /// <param name="name">The option, <c>--type</c>.</param>
    /// <param name="description">What it is for.</param>
    public static Option<T> Of<T>(string name, string description)
        where T : struct, Enum =>
        Describe(new Option<T>(name) { CustomParser = result => Parse<T>(result) ?? default }, description, Words<T>());

    /// <summary>The same, with null where the option is given without a word.</summary>
    /// <typeparam name="T">The enum.</typeparam>
    /// <param name="name">The option, <c>--wait</c>.</param>
    /// <param name="description">What it is for.</param>
    public static Option<T?> OfOptional<T>(string name, string description)
        where T : struct, Enum =>
        Describe(new Option<T?>(name) { CustomParser = Parse<T>, Arity = ArgumentArity.ZeroOrOne }, description, Words<T>());

    private static Option<T> Describe<T>(Option<T> option, string description, string[] words)
    {
        option.Description = description;
        option.HelpName = string.Join('|', words);
        option.CompletionSources.Add(words);
        return option;
    }

    private static string[] Words<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(word => word.ToLowerInvariant())];

    // Enum.TryParse alone would take numbers and lists too.
    private static T? Parse<T>(ArgumentResult result)
        where T : struct, Enum
    {
        if (result.Tokens.Count == 0)
        {
            return null;
        }
        var text = result.Tokens[0].Value;
        if (Words<T>().Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return Enum.Parse<T>(text, ignoreCase: true);
        }
        var option = ((OptionResult)result.Parent!).Option.Name;
        result.AddError($"'{Printable.Of(text)}' is not a value of {option}: give {string.Join(", ", Words<T>())}");
        return null;
    }
}
