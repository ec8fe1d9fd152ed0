using System.Management.Automation;
using System.Text;

namespace XenKube.Commands.Drives;

/// <summary>What Get-Content, Set-Content and Add-Content know on drives over disk images.</summary>
public abstract class NodeDiskContentParameters
{
    /// <summary>Reads and writes bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>The encoding of the text. Default: UTF-8 without a mark.</summary>
    [Parameter]
    [ValidateSet("utf8", "utf8NoBOM", "utf8BOM", "ascii", "latin1", "unicode", "bigendianunicode", "utf32", "bigendianutf32")]
    public string Encoding
    {
        get;
        set
        {
            field = value;
            Text = ByName(value);
        }
    } = "utf8";

    internal Encoding Text { get; private set; } = ByName("utf8");

    /// <summary>
    /// Takes what was typed. PowerShell offers the parameters of the provider in whose drive one is, before it knows where piped
    /// items come from: those of the file system have the same names and count here as well.
    /// </summary>
    private protected void Take(object? typed)
    {
        AsByteStream = Typed<SwitchParameter>(typed, nameof(AsByteStream));
        if (Typed<Encoding>(typed, nameof(Encoding)) is { } encoding)
        {
            Text = encoding;
        }
    }

    private protected static T? Typed<T>(object? typed, string name) =>
        typed is not null && PSObject.AsPSObject(typed).Properties[name]?.Value is T value ? value : default;

    private static Encoding ByName(string name) => name.ToUpperInvariant() switch
    {
        "UTF8BOM" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: true),
        "ASCII" => System.Text.Encoding.ASCII,
        "LATIN1" => System.Text.Encoding.Latin1,
        "UNICODE" => System.Text.Encoding.Unicode,
        "BIGENDIANUNICODE" => System.Text.Encoding.BigEndianUnicode,
        "UTF32" => System.Text.Encoding.UTF32,
        "BIGENDIANUTF32" => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
    };
}
