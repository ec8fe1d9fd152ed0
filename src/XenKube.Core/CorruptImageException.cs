using System.Globalization;

namespace XenKube;

/// <summary>Data from outside (an image, a file system, a compressed stream) breaks its own format.</summary>
public sealed class CorruptImageException : XenKubeException, IErrorOfKind
{
    /// <inheritdoc/>
    public static ErrorKind KindOfAll => ErrorKind.InvalidData;

    /// <summary>Creates the error.</summary>
    /// <inheritdoc cref="XenKubeException(ErrorId, string?, string?, string, Remedy?, Exception?)"/>
    public CorruptImageException(ErrorId<CorruptImageException> id, string? file, string? place, string reason, Remedy? remedy = null,
        Exception? innerException = null)
        : base(id, file, place, reason, remedy, innerException)
    {
    }

    /// <summary>The error with the usual id <c>CorruptImage</c> for a structure at a byte offset.</summary>
    /// <param name="structure">The structure as the format's documentation calls it.</param>
    /// <param name="offset">Byte offset from the start of the image, file system or stream.</param>
    /// <param name="reason">What was wrong with it.</param>
    public static CorruptImageException At(string structure, long offset, string reason) =>
        new(ErrorIds.CorruptImage, null, string.Create(CultureInfo.InvariantCulture, $"{structure} at byte {offset}"), reason);
}
