namespace XenKube.Clusters;

/// <summary>One setting of a XENDIR: its value, and what it would be if nobody had set it.</summary>
/// <param name="Name">Its name in <c>xenkube.json</c>.</param>
/// <param name="Value">Its value: a text, a whole number, true or false, a list of texts, or null.</param>
/// <param name="Default">The value that it has where the file does not name it.</param>
/// <param name="Source">Where the value is from.</param>
public sealed record XenSetting(string Name, object? Value, object? Default, SettingSource Source)
{
    /// <summary>The XENDIR.</summary>
    public string XenDir { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => Name;
}
