namespace XenKube.FileSystems;

/// <summary>Permission bits, as <see cref="FileSystemEntry.Mode"/> has them.</summary>
internal static class FileModes
{
    /// <summary>All permission bits, with set-user-ID, set-group-ID and sticky: octal 7777.</summary>
    public const int All = 0xFFF;

    /// <summary>The set-group-ID bit: octal 2000.</summary>
    public const int SetGroupId = 0x400;

    /// <summary>What mkdir(1) asks for before the umask: octal 777.</summary>
    public const int Everybody = 0x1FF;

    /// <summary>What touch(1) asks for before the umask: octal 666.</summary>
    public const int EverybodysFile = 0x1B6;

    /// <summary>A new file: octal 644.</summary>
    public const int File = 0x1A4;

    /// <summary>A new directory: octal 755.</summary>
    public const int Directory = 0x1ED;

    /// <summary>A symbolic link, whose permissions nobody looks at: octal 777.</summary>
    public const int SymbolicLink = 0x1FF;

    /// <summary>A file that nobody may write to: octal 444.</summary>
    public const int ReadOnlyFile = 0x124;
}
