using System.Management.Automation;

namespace XenKube.Commands;

/// <summary>
/// Wildcards of parameters, the same in all cmdlets: case is ignored, and a backtick makes the next character an ordinary one.
/// </summary>
internal static class Wildcard
{
    /// <summary>The pattern of a text.</summary>
    /// <param name="text">The text, with wildcards or without.</param>
    /// <exception cref="InvalidInputException">The text is not a pattern.</exception>
    public static WildcardPattern Of(string text)
    {
        var pattern = new WildcardPattern(text, WildcardOptions.IgnoreCase);
        try
        {
            // A pattern is read when it is used for the first time.
            _ = pattern.IsMatch("");
            return pattern;
        }
        catch (RuntimeException error)
        {
            throw new InvalidInputException(ErrorIds.PatternInvalid, null, null, $"'{Printable.Of(text)}' is not a pattern",
                "Close each bracket, or write a backtick before a character that is not meant as a wildcard", error);
        }
    }
}
