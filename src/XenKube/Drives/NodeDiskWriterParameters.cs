using System.Management.Automation;

namespace XenKube.Commands.Drives;

/// <summary>What Set-Content and Add-Content know on drives over disk images.</summary>
public sealed class NodeDiskWriterParameters : NodeDiskContentParameters
{
    /// <summary>Writes no line break after each value.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

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
    internal static bool AreThese(object? typed) => typed is not null && PSObject.AsPSObject(typed).Properties[nameof(NoNewline)] is not null;
}
