namespace XenKube.FileSystems;

/// <summary>A batch within another one, which brings its changes to the disk.</summary>
internal sealed class InnerBatch : IFileSystemBatch
{
    public void Commit()
    {
    }

    public void Dispose()
    {
    }
}
