namespace XenKube.Booting.Grub;

/// <summary>A path as GRUB writes it: <c>(device)/path</c>, or <c>/path</c> on the device of <c>$root</c>.</summary>
/// <param name="Device">The device.</param>
/// <param name="Path">The path on the device.</param>
internal readonly record struct GrubPath(string Device, string Path)
{
    /// <summary>Reads a path; null for a text that is none.</summary>
    public static GrubPath? Parse(string text, string root)
    {
        if (text.StartsWith('/'))
        {
            return new GrubPath(root, text);
        }
        var end = text.StartsWith('(') ? text.IndexOf(')', StringComparison.Ordinal) : -1;
        return end > 0 && end + 1 < text.Length && text[end + 1] == '/' ? new GrubPath(text[1..end], text[(end + 1)..]) : null;
    }
}
