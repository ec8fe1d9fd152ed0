using System.Text;
using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>Where a path leads: a directory that is held open, and a name in it. There need not be anything of that name.</summary>
/// <param name="directory">The directory, which is disposed of with the place.</param>
/// <param name="name">The bytes of the name, and a zero.</param>
/// <param name="path">The path as it was given, for errors.</param>
/// <param name="distrust">Why another user could put something else here; null where none could.</param>
internal sealed class HostPlace(DirectoryHandle directory, byte[] name, string path, string? distrust) : IDisposable
{
    /// <summary>The directory.</summary>
    public DirectoryHandle Directory { get; } = directory;

    /// <summary>The bytes of the name, and a zero.</summary>
    public byte[] Name { get; } = name;

    /// <summary>The path as it was given.</summary>
    public string Path { get; } = path;

    /// <summary>Why another user could put something else here; null where none could.</summary>
    public string? Distrust { get; } = distrust;

    /// <summary>The path with no link in it.</summary>
    public string FullName => System.IO.Path.Combine(Directory.Path, Encoding.UTF8.GetString(Name.AsSpan(..^1)));

    /// <summary>What is there; null if nothing is. A link that was not followed is a link.</summary>
    public FileStatus? Find() => Directory.Find(Name);

    /// <summary>Opens the regular file that is there for reading; null if nothing is there.</summary>
    /// <param name="isTrusted">True for what root would run or believe: refused where another user could have written it.</param>
    /// <exception cref="NotRegularFileException">It is something else.</exception>
    /// <exception cref="OperationFailedException">It is not trusted.</exception>
    public SafeFileHandle? TryOpen(bool isTrusted = false)
    {
        var file = Directory.TryOpenFile(Name);
        if (file is not null && isTrusted)
        {
            try
            {
                FileTrust.Require(Path, Distrust ?? FileTrust.Distrust(FullName, FileStatus.Read(file)));
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        return file;
    }

    public void Dispose() => Directory.Dispose();
}
