namespace XenKube.FileSystems;

/// <summary>Several changes that are brought to the disk together: see <see cref="IFileSystem.BeginBatch"/>.</summary>
public interface IFileSystemBatch : IDisposable
{
    /// <summary>
    /// Brings the changes that are still in memory to the disk. The batch goes on; without this call they are dropped when it ends.
    /// </summary>
    void Commit();
}
