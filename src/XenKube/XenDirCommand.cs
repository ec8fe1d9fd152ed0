using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands;

/// <summary>The base of cmdlets that work in a XENDIR.</summary>
public abstract class XenDirCommand : XenKubeCommand
{
    private XenDirectory? _directory;

    /// <summary>The directory that holds everything. Default: the environment variable XENDIR.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? XenDir { get; set; }

    /// <summary>The directory, which exists.</summary>
    protected XenDirectory Directory => _directory ??= Require(FindDirectory);

    /// <summary>True where a XENDIR is given or set: files can be those of nodes then, and settings apply.</summary>
    protected bool HasXenDir => XenDir is not null || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("XENDIR"));

    /// <summary>A XENDIR that need not be the one asked for, such as that of a node from the pipeline.</summary>
    /// <param name="path">Its path.</param>
    protected XenDirectory Open(string path) => new(path) { OnWait = TellWhoIsInTheWay };

    private XenDirectory FindDirectory()
    {
        var directory = XenDirectory.Resolve(XenDir is null ? null : Resolve(XenDir), TellWhoIsInTheWay);
        WriteDebug($"XENDIR is {directory}, {(XenDir is null ? "from the environment" : "as -XenDir says")}");
        return directory;
    }

    private void TellWhoIsInTheWay(string holder) => Tell($"waiting for another XenKube that is at work in the same XENDIR: {holder}");
}
