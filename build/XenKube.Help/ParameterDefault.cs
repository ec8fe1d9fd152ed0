using System.Text.RegularExpressions;

namespace XenKube.Help;

/// <summary>The default value of a parameter, for help, as its description says it.</summary>
internal static partial class ParameterDefault
{
    public static string Of(ParameterMetadata parameter) =>
        Sentence().Match(parameter.Description) is { Success: true } said ? said.Groups[1].Value : parameter.IsSwitch ? "False" : "None";

    // "Default: 192.168.100.1." A full stop within a value is not followed by a blank.
    [GeneratedRegex(@"Default: (.+?)\.(?:\s|$)", RegexOptions.Singleline)]
    private static partial Regex Sentence();
}
