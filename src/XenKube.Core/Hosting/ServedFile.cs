using System.Globalization;
using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Hosting;

/// <summary>A file about to be served.</summary>
internal sealed record ServedFile(SafeFileHandle Handle, long Length, DateTime Modified, string ETag, string ContentType) : IDisposable
{
    public static ServedFile From(SafeFileHandle handle, FileStatus status, string name) => new(
        handle,
        status.Size,
        DateTime.UnixEpoch.AddTicks(status.ModifiedNanoseconds / 1_000_000_000 * TimeSpan.TicksPerSecond),
        // Publishing replaces the file, so the inode changes even when time and size do not.
        string.Create(CultureInfo.InvariantCulture, $"\"{status.Identity.Inode:x}-{status.ModifiedNanoseconds:x}-{status.Size:x}\""),
        TypeOf(name));

    public void Dispose() => Handle.Dispose();

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".json" => "application/vnd.coreos.ignition+json",
        ".bz2" => "application/x-bzip2",
        ".sig" => "application/pgp-signature",
        ".asc" or ".gpg" => "application/pgp-keys",
        ".txt" or ".DIGESTS" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
}
