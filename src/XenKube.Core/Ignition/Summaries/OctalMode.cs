namespace XenKube.Ignition.Summaries;

/// <summary>Permissions as people read them.</summary>
internal static class OctalMode
{
    /// <summary>The octal digits of a mode, at least four: <c>0644</c>.</summary>
    public static string Of(Int128 mode) => Convert.ToString((long)mode, 8).PadLeft(4, '0');
}
