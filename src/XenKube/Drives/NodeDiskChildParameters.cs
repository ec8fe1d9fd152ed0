using System.Management.Automation;

namespace XenKube.Commands.Drives;

/// <summary>The parameters of Get-ChildItem on drives over disk images.</summary>
public sealed class NodeDiskChildParameters
{
    /// <summary>Lists only directories.</summary>
    [Parameter]
    public SwitchParameter Directory { get; set; }

    /// <summary>Lists only files.</summary>
    [Parameter]
    public SwitchParameter File { get; set; }
}
