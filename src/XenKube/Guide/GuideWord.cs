using System.Management.Automation;

namespace XenKube.Commands.Guide;

/// <summary>
/// The words of the guide that exist as aliases. As in the guide, each takes nodes of the cluster whose directory is
/// the current location, so the commands ask by which name they were called.
/// </summary>
internal static class GuideWord
{
    public const string Up = "kup";
    public const string Down = "kdown";
    public const string Destroy = "kdestroy";
    public const string Generate = "kgen";

    private static readonly string[] All = [Up, Down, Destroy, Generate];

    /// <summary>The word by which a command was called; null if by its own name.</summary>
    public static string? Of(InvocationInfo invocation) => Of(invocation.InvocationName);

    /// <summary>The word that a typed command name is; null if it is none.</summary>
    public static string? Of(string? commandName)
    {
        // A module may be named before the command: XenKube\kup.
        var name = commandName?[(commandName.LastIndexOf('\\') + 1)..];
        return Array.Find(All, word => string.Equals(word, name, StringComparison.OrdinalIgnoreCase));
    }
}
