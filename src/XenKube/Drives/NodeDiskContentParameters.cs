using System.Management.Automation;
using System.Text;

namespace XenKube.Commands.Drives;

/// <summary>What Get-Content, Set-Content and Add-Content know on drives over disk images.</summary>
public sealed class NodeDiskContentParameters
{
    /// <summary>Reads and writes bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Reads all of the file as one text.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>The encoding of the text. Default: UTF-8 without a mark.</summary>
    [Parameter]
    [ValidateSet("utf8", "utf8NoBOM", "utf8BOM", "ascii", "latin1", "unicode", "bigendianunicode", "utf32")]
    public string Encoding { get; set; } = "utf8";

    /// <summary>Writes no line break behind each value.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    internal Encoding Text => Encoding.ToUpperInvariant() switch
    {
        "UTF8BOM" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: true),
        "ASCII" => System.Text.Encoding.ASCII,
        "LATIN1" => System.Text.Encoding.Latin1,
        "UNICODE" => System.Text.Encoding.Unicode,
        "BIGENDIANUNICODE" => System.Text.Encoding.BigEndianUnicode,
        "UTF32" => System.Text.Encoding.UTF32,
        _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
    };
}
