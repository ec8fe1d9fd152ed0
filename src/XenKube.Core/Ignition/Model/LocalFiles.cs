using XenKube.Files;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Syntax;
using XenKube.Posix;

namespace XenKube.Ignition.Model;

/// <summary>The files directory: the only place that a document may read from, symbolic links included.</summary>
/// <param name="directory">The directory; empty if there is none.</param>
/// <param name="missing">The message where there is none.</param>
/// <param name="escape">The message for a path, as it is shown, that leads out of the directory.</param>
internal sealed class LocalFiles(string directory, string missing, Func<string, string> escape)
{
    /// <summary>What Butane says where there is no files directory.</summary>
    public const string ButaneMissing = "local file paths are relative to a files directory that must be specified with -d/--files-dir";

    /// <summary>What ct says where there is none.</summary>
    public const string ClcMissing = "local files require setting the --files-dir flag to the directory that contains the file";

    private const int LargestFile = 256 << 20;

    /// <summary>Whether there is one.</summary>
    public bool Exists => directory.Length > 0;

    /// <summary>How to mend a config that lacks the directory; null where the report does not say that it does.</summary>
    public static Remedy? Remedy(Report report) =>
        report.Any(entry => entry.Message is ButaneMissing or ClcMissing)
            ? $"Name the directory of the local files with {RemedyActionKind.FilesDirectoryOption}"
            : (Remedy?)null;

    /// <summary>The bytes of a file, or null with what to tell.</summary>
    public byte[]? Read(string name, out string? error) => Resolve(name, out error) is { } path ? ReadFile(path, out error) : null;

    /// <summary>The path of something in the files directory, as it is shown; null with what to tell if it leads out of it.</summary>
    public string? Resolve(string name, out string? error)
    {
        if (!Exists)
        {
            error = missing;
            return null;
        }
        var path = GoPath.Join(directory, name);
        error = name.Contains('\0', StringComparison.Ordinal) ? $"open {path}: invalid argument"
            : !RealPath.IsWithin(Path.GetFullPath(path), Path.GetFullPath(directory)) ? escape(path)
            : RealPath.IsWithin(RealPath.Of(path), RealPath.Of(directory)) ? null
            : escape(path) + ": a symbolic link leads there, and links out of the directory are not followed";
        return error is null ? path : null;
    }

    /// <summary>The bytes of a file found by a path that was checked before, or null with what to tell.</summary>
    public static byte[]? ReadFile(string path, out string? error)
    {
        error = null;
        try
        {
            using var handle = Libc.Open(path, OpenFlags.NonBlocking | OpenFlags.NoTerminal) ?? throw SystemFailure.Last(path);
            error = FileStatus.Read(handle) switch
            {
                { IsDirectory: true } => $"read {path}: is a directory",
                { IsRegularFile: false } => $"open {path}: not a regular file",
                { Size: > LargestFile } => $"read {path}: file too large",
                _ => null,
            };
            return error is null ? WholeFile.Read(handle, path, LargestFile, FileReadErrors.Usual) : null;
        }
        catch (Exception exception) when (exception.IsFileTrouble())
        {
            error = $"open {path}: {SystemError.Describe(exception, path)}";
        }
        return null;
    }
}
