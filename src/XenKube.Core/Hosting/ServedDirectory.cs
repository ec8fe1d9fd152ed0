using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Hosting;

/// <summary>
/// The files under one directory, and no others: a request's path is decoded once and then has to consist of plain names, and
/// what was opened is asked afterwards where it really lies, so that no symbolic link leads out.
/// </summary>
internal sealed class ServedDirectory
{
    private readonly string _root;

    private ServedDirectory(string root) => _root = root;

    public static ServedDirectory Open(string path)
    {
        if (!System.IO.Directory.Exists(path))
        {
            throw new ItemNotFoundException(ErrorIds.DirectoryNotFound, path, null, "there is no such directory to serve",
                "Create it, or give the directory that holds the published configs");
        }
        // Asked the way the files will be asked later, so that both give the same spelling.
        using var handle = OpenPath(Path.GetFullPath(path));
        return new ServedDirectory(handle is null ? Path.GetFullPath(path) : RealPath(handle));
    }

    /// <summary>The file for a decoded path, or null when there is none that may be served.</summary>
    public ServedFile? Find(string path)
    {
        foreach (var name in path.AsSpan(1).Split('/'))
        {
            // Hidden files are not for guests: temporaries of a publication are among them.
            if (path.AsSpan(1)[name] is "" or ['.', ..])
            {
                return null;
            }
        }
        var handle = OpenPath(_root + path);
        if (handle is null)
        {
            return null;
        }
        try
        {
            if (FileStatus.Read(handle) is { IsRegularFile: true } status && IsInside(RealPath(handle)))
            {
                var file = ServedFile.From(handle, status, path);
                handle = null;
                return file;
            }
            return null;
        }
        catch (IOException)
        {
            return null;
        }
        finally
        {
            handle?.Dispose();
        }
    }

    private bool IsInside(string real) => _root == "/" || (real.StartsWith(_root, StringComparison.Ordinal) && real.Length > _root.Length
        && real[_root.Length] == '/');

    // A pipe in the directory must not stop the server.
    private static SafeFileHandle? OpenPath(string path) => Libc.Open(path,
        OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoTerminal);

    private static string RealPath(SafeFileHandle handle) => File.ResolveLinkTarget($"/proc/self/fd/{handle.DangerousGetHandle()}",
        returnFinalTarget: false)?.FullName ?? "";
}
