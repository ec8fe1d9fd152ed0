using XenKube.Posix;

namespace XenKube.Hosting;

/// <summary>
/// What a file said when it was read. An edit is an edit of that: were the file read again to plan the change, an edit made by
/// somebody else in between would be taken for known, and lost.
/// </summary>
/// <param name="Bytes">Its bytes; null for a file that was not there.</param>
internal sealed record FileOrigin(byte[]? Bytes)
{
    public static FileOrigin Of(string path) => new(FileStatus.Of(path) is null ? null : SystemFile.Read(path));
}
