using System.Text;
using XenKube.Posix;

namespace XenKube.Hosting;

/// <summary>A file of the host as it is and as it should be.</summary>
/// <param name="Path">The file.</param>
/// <param name="Kind">What it should be.</param>
public sealed record FileChange(string Path, FileChangeKind Kind)
{
    /// <summary>The file that is really touched: for a symbolic link, the file that the link leads to.</summary>
    internal string Target { get; init; } = Path;

    /// <summary>Its bytes now; null when it is not there.</summary>
    internal byte[]? Before { get; init; }

    /// <summary>Its bytes afterwards, or where a link leads to.</summary>
    internal byte[] After { get; init; } = [];

    /// <summary>True when it is not as it should be.</summary>
    public bool IsNeeded { get; init; }

    /// <summary>The difference as <c>diff -u</c> prints it; for links and directories a line that says it.</summary>
    public string Diff => !IsNeeded ? "" : Kind switch
    {
        FileChangeKind.Content => TextDiff.Unified(Text(Before ?? []), Text(After), Before is null ? "/dev/null" : Path, Path),
        FileChangeKind.Link => $"link {Path} -> {Text(After)}\n",
        FileChangeKind.Removal => $"remove {Path}\n",
        _ => $"create directory {Path}\n",
    };

    /// <summary>A file whose content is replaced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="after">What it should be.</param>
    /// <param name="origin">The file as it was when the change was planned; null to look now.</param>
    internal static FileChange Content(string path, byte[] after, FileOrigin? origin = null)
    {
        var target = FileStatus.Of(path, follow: false) is { IsSymbolicLink: true } ? SystemFile.BehindLink(path) : path;
        var before = (origin ?? FileOrigin.Of(target)).Bytes;
        return new(path, FileChangeKind.Content) { Target = target, Before = before, After = after, IsNeeded = before is null
            || !before.AsSpan().SequenceEqual(after) };
    }

    /// <summary>A symbolic link.</summary>
    internal static FileChange Link(string path, string target)
    {
        var there = FileStatus.Of(path, follow: false) is { IsSymbolicLink: true }
            ? File.ResolveLinkTarget(path, returnFinalTarget: false)!.FullName : null;
        return new(path, FileChangeKind.Link) { After = Encoding.UTF8.GetBytes(target), IsNeeded = there != target };
    }

    /// <summary>A file or link that is taken away.</summary>
    internal static FileChange Removal(string path) =>
        new(path, FileChangeKind.Removal) { IsNeeded = FileStatus.Of(path, follow: false) is not null };

    /// <summary>A directory that is made where it is missing.</summary>
    internal static FileChange Directory(string path) =>
        FileStatus.Of(path) is { IsDirectory: false }
            ? throw new InvalidInputException(ErrorIds.DirectoryInvalid, path, null, "is a file where a directory is needed",
                "Move it away")
            : new(path, FileChangeKind.Directory) { IsNeeded = FileStatus.Of(path) is null };

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    /// <inheritdoc/>
    public override string ToString() => Path;
}
