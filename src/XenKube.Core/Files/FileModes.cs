namespace XenKube.Files;

/// <summary>Permissions of files that are not private; those of private ones are in <see cref="PrivateFile"/>.</summary>
internal static class FileModes
{
    /// <summary>Read and write for the owner, and read for everybody else.</summary>
    public const UnixFileMode ReadableByAll = PrivateFile.OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
}
