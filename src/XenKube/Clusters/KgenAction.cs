namespace XenKube.Commands;

/// <summary>The actions of the guide's kgen that are steps of a refresh.</summary>
internal static class KgenAction
{
    public const string Refresh = "refresh";

    /// <summary>All of them, in kgen's words.</summary>
    public static IReadOnlyList<string> Names { get; } = [Refresh, "grub", "systemd", "tmpl", "ct", "firstboot"];
}
