namespace XenKube.FileSystems.Copying;

/// <summary>How a tree is copied.</summary>
public sealed record TreeCopyOptions
{
    /// <summary>True to copy what is in directories as well.</summary>
    public bool Recurse { get; init; }

    /// <summary>
    /// True to keep what means something only where both sides have the same users: owners, set-user-ID, set-group-ID and sticky bits,
    /// and extended attributes. Copies within and between images always keep them.
    /// </summary>
    public bool Preserve { get; init; }

    /// <summary>Owner of all that is copied, by number; null for root in an image, and for the user of this process on the host.</summary>
    public long? UserId { get; init; }

    /// <summary>Group of all that is copied, by number; null as for <see cref="UserId"/>.</summary>
    public long? GroupId { get; init; }

    /// <summary>
    /// Permission bits (0 to 07777, octal) of all files that are copied; a directory that may be read may also be entered. Null keeps those
    /// of the source.
    /// </summary>
    public int? Mode { get; init; }

    /// <summary>Is told what could not be copied; the rest is copied all the same. Null ends the copy with the first error.</summary>
    public Action<XenKubeException>? Failed { get; init; }

    /// <summary>Is told what was left out on purpose: a pipe, a socket, a device, or a link onto FAT.</summary>
    public Action<string>? Warn { get; init; }
}
