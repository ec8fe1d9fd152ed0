using System.Management.Automation;

namespace XenKube.Commands.Drives;

/// <summary>What Set-Content and Add-Content know on drives over disk images.</summary>
public sealed class NodeDiskWriterParameters : NodeDiskContentParameters
{
    /// <summary>Writes no line break after each value.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>Owner in the guest by number, or owner and group: <c>500:500</c>. Default: that of the old file, or root.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Owner { get; set; }

    /// <summary>Permissions, octal or as <c>-rw-r--r--</c>. Default: those of the old file, or 0644.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Mode { get; set; }

    /// <summary>The parameters of a call, whichever provider's PowerShell has bound.</summary>
    internal static NodeDiskWriterParameters Of(object? typed)
    {
        if (typed is NodeDiskWriterParameters own)
        {
            return own;
        }
        var parameters = new NodeDiskWriterParameters { NoNewline = Typed<SwitchParameter>(typed, nameof(NoNewline)) };
        parameters.Take(typed);
        return parameters;
    }

    /// <summary>True for the parameters of Set-Content, of any provider.</summary>
    internal static bool AreThese(object? typed) => typed is not null
        && PSObject.AsPSObject(typed).Properties[nameof(NoNewline)] is not null;
}
