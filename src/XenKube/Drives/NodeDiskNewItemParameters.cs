using System.Management.Automation;

namespace XenKube.Commands.Drives;

/// <summary>What New-Item knows on drives over disk images.</summary>
public sealed class NodeDiskNewItemParameters
{
    /// <summary>Owner in the guest by number, or owner and group: <c>500:500</c>. Default: root.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Owner { get; set; }

    /// <summary>Permissions, octal or as <c>-rw-r--r--</c>. Default: 0644, for directories 0755.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Mode { get; set; }
}
