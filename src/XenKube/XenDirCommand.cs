using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands;

/// <summary>The base of cmdlets that work in a XENDIR.</summary>
public abstract partial class XenDirCommand : XenKubeCommand
{
    // One for each XENDIR and command: its settings are read once, and each of them says for whom it waits.
    private readonly Dictionary<string, XenDirectory> _directories = [];
    private XenDirectory? _directory;

    /// <summary>The directory that holds everything. Default: the environment variable XENDIR.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? XenDir { get; set; }

    /// <summary>The directory, which exists.</summary>
    protected XenDirectory Directory => _directory ??= Require(FindDirectory);

    /// <summary>True where a XENDIR is given or set: its settings apply.</summary>
    protected bool HasXenDir => XenDir is not null || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("XENDIR"));

    /// <summary>The settings of the XENDIR, or the guide's values where none is given or set.</summary>
    protected XenSettings Settings => HasXenDir ? Directory.Settings : new XenSettings();

    /// <summary>
    /// The XENDIR where one is given, or set and there: files can be those of its nodes then, and its settings apply. Null where none is;
    /// a file that has nothing to do with XENDIR does not need the one of the environment.
    /// </summary>
    protected XenDirectory? UsableDirectory =>
        XenDir is not null || System.IO.Directory.Exists(Environment.GetEnvironmentVariable("XENDIR")) ? Directory : null;

    /// <summary>The XENDIR that a node belongs to: the one asked for, else the one the node came from.</summary>
    /// <param name="node">The node.</param>
    protected XenDirectory DirectoryOf(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return DirectoryOf(node.XenDir);
    }

    /// <summary>The XENDIR that something from the pipeline belongs to: the one asked for, else the one it came from.</summary>
    /// <param name="path">The path of the XENDIR it came from.</param>
    protected XenDirectory DirectoryOf(string path) => XenDir is null ? Open(path) : Directory;

    /// <summary>A XENDIR that need not be the one asked for and need not exist.</summary>
    /// <param name="path">Its path.</param>
    protected XenDirectory Open(string path)
    {
        var directory = new XenDirectory(path, TellWhoIsInTheWay);
        return _directories.TryAdd(directory.Path, directory) ? directory : _directories[directory.Path];
    }

    private XenDirectory FindDirectory()
    {
        var directory = Open(XenDirectory.Find(XenDir is null ? null : Resolve(XenDir)));
        WriteDebug($"XENDIR is {directory}, {(XenDir is null ? "from the environment" : "as -XenDir says")}");
        return directory;
    }

    private void TellWhoIsInTheWay(string holder) => Tell($"waiting for another XenKube that is at work in the same XENDIR: {holder}");

    /// <summary>How a node's config is transpiled by the parameters of a cmdlet that has -Platform, -FilesDirectory and -Strict.</summary>
    private protected NodeConfigOverrides Overrides(string? platform, string? filesDirectory, SwitchParameter strict) => new()
    {
        Platform = platform,
        FilesDirectory = filesDirectory is null ? null : Resolve(filesDirectory),
        // Not given, the settings decide; -Strict:$false is given.
        Strict = MyInvocation.BoundParameters.ContainsKey("Strict") ? strict.IsPresent : null,
    };
}
