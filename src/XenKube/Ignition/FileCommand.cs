using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Ignition;

/// <summary>The base of cmdlets that read files, named by -Path with wildcards or by -LiteralPath.</summary>
public abstract class FileCommand : XenDirCommand
{
    /// <summary>Name of the parameter set with -Path.</summary>
    protected const string PathSet = "Path";

    /// <summary>Name of the parameter set with -LiteralPath.</summary>
    protected const string LiteralPathSet = "LiteralPath";

    /// <summary>Paths of the files. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Paths of the files, taken as they are. Each cmdlet says which property of a node that is.</summary>
    public abstract string[]? LiteralPath { get; set; }

    /// <summary>The node that a file belongs to by its place; null if it does not belong to a node.</summary>
    /// <param name="path">The file.</param>
    protected Node? NodeOf(string path) => UsableDirectory is { } directory ? new NodeStore(directory).FindByFile(path) : null;

    /// <summary>
    /// True where the cmdlet reads its files by <see cref="XenKubeCommand.ReadFile"/>, so that they may be on a drive over a disk image.
    /// </summary>
    protected virtual bool ReadsDrives => true;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var file in Files(Path, LiteralPath, ReadsDrives))
        {
            Guard(file, () => ProcessFile(file));
        }
    }

    /// <summary>Does the cmdlet's work for one file.</summary>
    /// <param name="path">The file.</param>
    protected abstract void ProcessFile(string path);
}
