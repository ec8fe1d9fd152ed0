namespace XenKube.Hosting;

/// <summary>What a change makes of a file.</summary>
public enum FileChangeKind
{
    /// <summary>A file with a content.</summary>
    Content,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>Nothing: it is removed.</summary>
    Removal,

    /// <summary>A directory.</summary>
    Directory,
}
