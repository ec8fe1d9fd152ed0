using System.Globalization;
using System.Text;

namespace XenKube.Commands.Encodings;

/// <summary>The encodings that PowerShell's own <c>-Encoding</c> takes, by name and by code page.</summary>
internal static class TextEncodings
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    // In the order in which PowerShell offers the names. The code page of "ansi" is that of the culture in which the process started.
    private static readonly (string Name, Encoding Encoding)[] Offered =
    [
        ("ansi", ByCodePage(CultureInfo.CurrentCulture.TextInfo.ANSICodePage)),
        ("ascii", Encoding.ASCII),
        ("bigendianunicode", Encoding.BigEndianUnicode),
        ("bigendianutf32", new UTF32Encoding(bigEndian: true, byteOrderMark: true)),
        // There is no OEM code page where there is no Windows console.
        ("oem", Utf8),
        ("unicode", Encoding.Unicode),
#pragma warning disable SYSLIB0001 // PowerShell takes it by this name, with a warning.
        ("utf7", Encoding.UTF7),
#pragma warning restore SYSLIB0001
        ("utf8", Utf8),
        ("utf8BOM", Encoding.UTF8),
        ("utf8NoBOM", Utf8),
        ("utf32", Encoding.UTF32),
    ];

    private static readonly (string Name, Encoding Encoding)[] Older =
        [("default", Utf8), ("string", Encoding.Unicode), ("unknown", Encoding.Unicode)];

    /// <summary>The encoding where none is named.</summary>
    public static Encoding Default => Utf8;

    /// <summary>The names that are completed.</summary>
    public static IEnumerable<string> Names => Offered.Select(known => known.Name);

    /// <summary>The encoding of a name: one of PowerShell's, or one of .NET's such as <c>latin1</c> and <c>windows-1252</c>.</summary>
    /// <param name="name">The name, in upper or lower case.</param>
    /// <exception cref="ArgumentException">There is no such encoding.</exception>
    public static Encoding ByName(string name) =>
        Offered.Concat(Older).Where(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(known => known.Encoding)
            .FirstOrDefault() ?? CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);

    /// <summary>The encoding of a code page: 1252, 65001.</summary>
    /// <param name="codePage">Its number; 0 is that of the system.</param>
    /// <exception cref="ArgumentException">There is no such code page.</exception>
    /// <exception cref="NotSupportedException">.NET does not have this code page.</exception>
    public static Encoding ByCodePage(int codePage) =>
        codePage == 0 ? Utf8 : CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.GetEncoding(codePage);
}
