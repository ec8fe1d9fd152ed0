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
    protected XenDirectory Directory => _directory ??= Require(() => XenDirectory.Resolve(XenDir is null ? null : Resolve(XenDir)));
}
