using System.Management.Automation;

namespace XenKube.Commands.Drives;

/// <summary>What Get-Content knows on drives over disk images.</summary>
public sealed class NodeDiskReaderParameters : NodeDiskContentParameters
{
    /// <summary>Reads all of the file as one text, or as one array of bytes.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>What separates the texts that are read. Default: the end of a line.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Delimiter { get; set; }

    /// <summary>The parameters of a call, whichever provider's PowerShell has bound.</summary>
    internal static NodeDiskReaderParameters Of(object? typed)
    {
        var parameters = typed as NodeDiskReaderParameters ?? Foreign(typed);
        if (parameters.Delimiter is not null && (parameters.Raw || parameters.AsByteStream))
        {
            throw new InvalidInputException(ErrorIds.ParametersInvalid, null, null,
                $"-Delimiter does not work with {(parameters.Raw ? "-Raw" : "-AsByteStream")}", "Leave one of them out");
        }
        return parameters;
    }

    private static NodeDiskReaderParameters Foreign(object? typed)
    {
        if (Typed<SwitchParameter>(typed, "Wait"))
        {
            throw new InvalidInputException(ErrorIds.ParameterNotSupported, null, null, "-Wait does not work on a drive over a disk image",
                "Leave it out");
        }
        var parameters = new NodeDiskReaderParameters { Raw = Typed<SwitchParameter>(typed, nameof(Raw)),
            Delimiter = Typed<bool>(typed, "DelimiterSpecified") ? Typed<string>(typed, nameof(Delimiter)) : null };
        parameters.Take(typed);
        return parameters;
    }
}
