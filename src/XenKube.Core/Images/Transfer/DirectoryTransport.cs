using System.Globalization;
using XenKube.Files;

namespace XenKube.Images.Transfer;

/// <summary>Releases in a directory of this machine: a mirror on a disk, a share, the tests.</summary>
internal sealed class DirectoryTransport(string directory) : ReleaseTransport
{
    public override Uri UriOf(string path) => new(new UriBuilder("file", "") { Path = PathOf(path) }.Uri.AbsoluteUri);

    public override Task<byte[]?> ReadSmallAsync(string path, int limit, CancellationToken cancellationToken, bool isOptional = false) =>
        Guard(path, () =>
    {
        if (!File.Exists(PathOf(path)))
        {
            return null;
        }
        using var file = OpenFile(path);
        var buffer = new byte[limit + 1];
        var count = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return count <= limit ? buffer[..count]
            : throw new OperationFailedException(ErrorIds.FileTooLarge, PathOf(path), null,
                $"is larger than the {limit} bytes that such a file may have");
    });

    public override Task<IReadOnlyList<string>> ListDirectoriesAsync(string path, CancellationToken cancellationToken) =>
        Guard<IReadOnlyList<string>>(path, () =>
        Directory.Exists(PathOf(path)) ? [.. Directory.EnumerateDirectories(PathOf(path)).Select(each => Path.GetFileName(each))] : []);

    public override Task<RemoteContent> OpenAsync(string path, long offset, TransferState? known, CancellationToken cancellationToken) =>
        Guard(path, () =>
    {
        if (!File.Exists(PathOf(path)))
        {
            throw NotFound(UriOf(path));
        }
        var file = OpenFile(path);
        var written = File.GetLastWriteTimeUtc(file.SafeFileHandle).ToString("O", CultureInfo.InvariantCulture);
        var state = new TransferState(UriOf(path).AbsoluteUri, null, written, file.Length);
        var start = known is not null && offset <= file.Length && known.IsSameFile(state) ? offset : 0;
        file.Position = start;
        return new RemoteContent(file, start, state, null);
    });

    private static Task<T> Guard<T>(string path, Func<T> read)
    {
        try
        {
            return Task.FromResult(read());
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.ReleaseFileNotReadable, path, null, e.Message, innerException: e);
        }
    }

    private string PathOf(string path) => Path.Combine(directory, path);

    private FileStream OpenFile(string path) => HostFile.OpenNamed(PathOf(path));
}
