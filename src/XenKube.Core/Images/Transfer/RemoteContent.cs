namespace XenKube.Images.Transfer;

/// <summary>A file that is being transferred, from some offset on.</summary>
/// <param name="Stream">The bytes from the offset to the end.</param>
/// <param name="Offset">Where they start.</param>
/// <param name="State">What the file is.</param>
/// <param name="Owner">What to close with it, or null.</param>
internal sealed record RemoteContent(Stream Stream, long Offset, TransferState State, IDisposable? Owner) : IDisposable
{
    public void Dispose()
    {
        Stream.Dispose();
        Owner?.Dispose();
    }
}
