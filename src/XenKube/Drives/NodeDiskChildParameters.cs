using System.Management.Automation;

namespace XenKube.Commands.Drives;

/// <summary>The parameters of Get-ChildItem on drives over disk images.</summary>
public sealed class NodeDiskChildParameters
{
    /// <summary>Lists directories, and nothing else.</summary>
    [Parameter]
    public SwitchParameter Directory { get; set; }

    /// <summary>Lists files, and nothing else.</summary>
    [Parameter]
    public SwitchParameter File { get; set; }
}
