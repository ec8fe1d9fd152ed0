namespace XenKube.Clusters;

/// <summary>Where the value of a setting is from.</summary>
public enum SettingSource
{
    /// <summary>Nobody has set it.</summary>
    Default,

    /// <summary><c>xenkube.json</c> in the XENDIR.</summary>
    File,
}
