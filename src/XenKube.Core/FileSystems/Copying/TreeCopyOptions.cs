namespace XenKube.FileSystems.Copying;

/// <summary>How a tree is copied.</summary>
public sealed record TreeCopyOptions
{
    /// <summary>True to copy what is in directories as well.</summary>
    public bool Recurse { get; init; }

    /// <summary>Is told what could not be copied; the rest is copied all the same. Null ends the copy with the first error.</summary>
    public Action<XenKubeException>? Failed { get; init; }

    /// <summary>Is told what was left out on purpose: a pipe, a socket, a device, or a link onto FAT.</summary>
    public Action<string>? Warn { get; init; }
}
