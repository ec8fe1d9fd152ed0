using System.Management.Automation;

namespace XenKube.Commands;

/// <summary>What Get-Content, Set-Content and Add-Content know on drives over disk images.</summary>
public sealed class NodeDiskContentParameters
{
    /// <summary>Reads and writes bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Reads all of the file as one text.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Writes no line break behind each value.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }
}
