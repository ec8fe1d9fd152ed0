using System.Management.Automation;
using XenKube.Files;

namespace XenKube.Commands;

// Which files the paths that users type stand for.
public abstract partial class XenKubeCommand
{
    private const string FindDrives = "Name a file; Get-PSDrive lists the drives";

    /// <summary>The file system's path for a path that the user typed, relative to $PWD and through drives.</summary>
    /// <param name="path">What the user typed; wildcards are not expanded.</param>
    /// <exception cref="InvalidInputException">The path is not one of the file system.</exception>
    protected string Resolve(string path)
    {
        var resolved = Unresolved(path, out var provider, out _);
        return resolved.Contains('\0', StringComparison.Ordinal)
            ? throw new InvalidInputException(ErrorIds.PathInvalid, path, null, "a path cannot have a NUL character in it", "Name a file")
            : provider.Name == "FileSystem" ? resolved
            : FindDrive(resolved) is not null
                ? throw new InvalidInputException(ErrorIds.PathInvalid, resolved, null,
                    "it is on a drive over a disk image, where this command needs a file of the host",
                    $"Copy it out: Copy-NodeDiskItem '{resolved}' .")
                : throw NotFile(path, provider);
    }

    /// <summary>The same for a file that is only read: it may be on a drive over a disk image.</summary>
    /// <param name="path">The path as the user typed it.</param>
    protected string ResolveReadable(string path)
    {
        var resolved = Unresolved(path, out var provider, out _);
        return provider.Name != "FileSystem" && FindDrive(resolved) is not null ? resolved : Resolve(path);
    }

    /// <summary>The bytes of a file, of the host or on a drive over a disk image.</summary>
    /// <param name="path">The path, as <see cref="Files"/> and <see cref="ResolveReadable"/> return it.</param>
    protected byte[] ReadFile(string path) => FindDrive(path) is { } drive ? drive.Read(path)
        : WholeFile.Read(ExistingFile(path), cancellationToken: StopToken);

    /// <summary>True for a path on a drive over a disk image.</summary>
    /// <param name="path">The path, as <see cref="Files"/> and <see cref="ResolveReadable"/> return it.</param>
    protected bool IsOnDrive(string path) => FindDrive(path) is not null;

    /// <summary>
    /// The files that -Path and -LiteralPath name. A pattern without a match is nothing; a name without a file is
    /// reported, and the next one is taken.
    /// </summary>
    /// <param name="path">Paths with wildcards.</param>
    /// <param name="literalPath">Paths taken as they are.</param>
    /// <param name="onDrives">True where the cmdlet reads the files by <see cref="ReadFile"/>, so that they may be on drives over disk
    /// images.</param>
    /// <param name="mayBeMissing">True where the cmdlet itself says of a name without a file what is wrong.</param>
    protected IReadOnlyList<string> Files(string[]? path, string[]? literalPath, bool onDrives = false, bool mayBeMissing = false)
    {
        string One(string typed)
        {
            var file = onDrives ? ResolveReadable(typed) : Resolve(typed);
            return mayBeMissing ? file : ExistingFile(file);
        }
        var files = new List<string>();
        foreach (var literal in literalPath ?? [])
        {
            Guard(literal, () => files.Add(One(literal)));
        }
        foreach (var pattern in path ?? [])
        {
            if (WildcardPattern.ContainsWildcardCharacters(pattern))
            {
                files.AddRange(Matches(pattern, onDrives).Where(file => !Directory.Exists(file)));
            }
            else
            {
                // A backtick makes the next wildcard an ordinary character.
                Guard(pattern, () => files.Add(One(WildcardPattern.Unescape(pattern))));
            }
        }
        return files;
    }

    /// <summary>The one file that a cmdlet works on: named by -Path, where a pattern has to fit one file, or by -LiteralPath.</summary>
    /// <param name="path">A path, wildcards allowed.</param>
    /// <param name="literalPath">A path taken as it is.</param>
    /// <param name="standard">The file where neither is given.</param>
    protected string OneFile(string? path, string? literalPath, Func<string> standard)
    {
        ArgumentNullException.ThrowIfNull(standard);
        if (path is not null && literalPath is not null)
        {
            throw new InvalidInputException(ErrorIds.PathAmbiguous, null, null, "-Path and -LiteralPath are both given",
                "Give one of them");
        }
        if (literalPath is not null)
        {
            return Resolve(literalPath);
        }
        if (path is null || !WildcardPattern.ContainsWildcardCharacters(path))
        {
            return path is null ? standard() : Resolve(WildcardPattern.Unescape(path));
        }
        return Matches(path, onDrives: false) switch
        {
            [var only] => only,
            [] => throw new XenKube.ItemNotFoundException(ErrorIds.FileNotFound, Resolve(path), null, "no file fits",
                "Name the file, or take the brackets in its name as they are with -LiteralPath"),
            var files => throw new InvalidInputException(ErrorIds.PathAmbiguous, Resolve(path), null, $"fits {files.Length} files",
                "Name one of them"),
        };
    }

    private string[] Matches(string pattern, bool onDrives)
    {
        try
        {
            var found = GetResolvedProviderPathFromPSPath(pattern, out var provider);
            return provider.Name == "FileSystem" ? [.. found] : onDrives
                ? [.. found.Where(file => FindDrive(file)?.Holds(file, isFile: true) == true)] : [];
        }
        catch (System.Management.Automation.ItemNotFoundException)
        {
            return [];
        }
        catch (SessionStateException e)
        {
            throw NoPlace(pattern, e);
        }
    }

    // A drive or provider that the session does not have is an error of one path, as a missing file is.
    private protected string Unresolved(string path, out ProviderInfo provider, out PSDriveInfo drive)
    {
        try
        {
            var resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out drive);
            // For a name that is not a drive's, PowerShell may make up a drive in the process's own directory.
            return drive is null || provider.Name != "FileSystem" || Directory.Exists(drive.Root) ? resolved
                : throw new XenKube.ItemNotFoundException(ErrorIds.DriveNotFound, path, null, $"there is no drive '{drive.Name}'",
                    FindDrives);
        }
        catch (SessionStateException e)
        {
            throw NoPlace(path, e);
        }
    }

    private protected static InvalidInputException NotFile(string path, ProviderInfo provider) =>
        new(ErrorIds.PathInvalid, path, null, $"it is not a file, but a path of {provider.Name}", "Name a file");

    private static XenKube.ItemNotFoundException NoPlace(string path, SessionStateException error) =>
        new(ErrorIds.DriveNotFound, path, null, error is System.Management.Automation.DriveNotFoundException
            ? $"there is no drive '{error.ItemName}'"
            : $"there is no provider '{error.ItemName}'",
            FindDrives);

    private IFileDrive? FindDrive(string path) => SessionState.Drive.GetAll().OfType<IFileDrive>()
        .FirstOrDefault(drive => drive.Holds(path, isFile: false));

    private string ExistingFile(string path) =>
        FindDrive(path) is { } drive ? drive.Holds(path, isFile: true)
            ? path : throw new XenKube.ItemNotFoundException(ErrorIds.FileNotFound, path, null, "there is no such file on the disk image")
        : File.Exists(path) ? path : throw new XenKube.ItemNotFoundException(ErrorIds.FileNotFound, path, null, Directory.Exists(path)
            ? "is a directory" : "does not exist");
}
