using System.Management.Automation;
using System.Text;
using XenKube.Commands.Encodings;

namespace XenKube.Commands.Drives;

/// <summary>What Get-Content, Set-Content and Add-Content know on drives over disk images.</summary>
public abstract class NodeDiskContentParameters
{
    private static readonly string[] Unused = ["Encoding not used when '-AsByteStream' specified."];
    private static readonly string[] Obsolete = ["Encoding 'UTF-7' is obsolete, please use UTF-8."];

    /// <summary>Reads and writes bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>
    /// The encoding of the text: a name such as utf8BOM, ansi or latin1, the number of a code page, or an encoding of .NET. Default: UTF-8
    /// without a mark.
    /// </summary>
    [Parameter]
    [EncodingTransformation]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    [ValidateNotNullOrEmpty]
    public Encoding? Encoding { get; set; }

    internal Encoding Text => Encoding ?? TextEncodings.Default;

    /// <summary>PowerShell's own warnings about encodings, in its own words.</summary>
    internal IEnumerable<string> Warnings =>
        [.. Encoding is { CodePage: 65000 } ? Obsolete : [], .. AsByteStream && Encoding is not null ? Unused : []];

    /// <summary>
    /// Takes what was typed. PowerShell offers the parameters of the provider in whose drive one is, before it knows where piped
    /// items come from: those of the file system have the same names and count here as well.
    /// </summary>
    private protected void Take(object? typed)
    {
        AsByteStream = Typed<SwitchParameter>(typed, nameof(AsByteStream));
        if (Typed<bool>(typed, "WasStreamTypeSpecified"))
        {
            Encoding = Typed<Encoding>(typed, nameof(Encoding));
        }
    }

    private protected static T? Typed<T>(object? typed, string name) =>
        typed is not null && PSObject.AsPSObject(typed).Properties[name]?.Value is T value ? value : default;
}
