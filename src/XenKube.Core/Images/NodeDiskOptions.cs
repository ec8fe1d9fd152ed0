using XenKube.Images.Signatures;

namespace XenKube.Images;

/// <summary>How node disks are made.</summary>
/// <param name="AdditionalSpace">Bytes of empty space after the image's own; they take no room until a guest writes there.</param>
/// <param name="Cache">
/// True to keep the decompressed image as a sparse file beside the compressed one (<c>coreos-1520.9.0.bin</c>), so that the next
/// nodes need no decompression. Such a file is used only while it and the image are what they were when it was made.
/// </param>
/// <param name="Force">True to try although the disk seems too small, and to overwrite what a block device holds.</param>
public sealed record NodeDiskOptions(long AdditionalSpace = 0, bool Cache = false, bool Force = false)
{
    /// <summary>The least length of a disk in a file in bytes: one that would be shorter gets empty space at its end.</summary>
    public long Length { get; init; }

    /// <summary>The length of a disk that is made.</summary>
    /// <param name="image">The length of the image in bytes.</param>
    internal long LengthFor(long image) => Math.Max(image + AdditionalSpace, Length);

    /// <summary>
    /// True to move the backup of the partition table to the end of a disk that is longer than its image, as the format has it. Guests do
    /// that by themselves when they grow; tools on the host name the old place as a fault until then.
    /// </summary>
    public bool MovesBackupTable { get; init; }

    /// <summary>
    /// SHA-512 of the compressed image as it was verified, in hexadecimal (<see cref="ImageSignature.Sha512"/>), or null. The
    /// bytes that are decompressed are hashed on their way; if they are other bytes, no node disk appears.
    /// </summary>
    public string? ExpectedSha512 { get; init; }

    /// <summary>Determines whether a running domain has a block device; null where that is not known.</summary>
    internal Devices.IImageUseProbe? Domains { get; init; }

    /// <summary>Threads that decompress; 0 takes one for each processor.</summary>
    public int Threads { get; init; }
}
