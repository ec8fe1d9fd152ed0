namespace XenKube.Images;

/// <summary>What a download came to.</summary>
/// <param name="Image">The image in the store.</param>
/// <param name="WasPresent">True if it was there already.</param>
/// <param name="Warnings">What the person should know, such as that nothing was verified.</param>
public sealed record ImageDownload(CoreOSImage Image, bool WasPresent, IReadOnlyList<string> Warnings)
{
    /// <inheritdoc/>
    public override string ToString() => Image.ToString();
}
