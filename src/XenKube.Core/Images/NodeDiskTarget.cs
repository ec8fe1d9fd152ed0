using Microsoft.Win32.SafeHandles;
using XenKube.Devices;
using XenKube.Disks;

namespace XenKube.Images;

/// <summary>
/// A disk on its way: nobody takes it for one before <see cref="Publish"/>, and what is not published leaves nothing that looks like a
/// disk.
/// </summary>
internal abstract class NodeDiskTarget : IDisposable
{
    /// <summary>Its path, as it was given.</summary>
    public abstract string Path { get; }

    /// <summary>True where bytes can be written in any order, by several threads at once.</summary>
    public virtual bool CanPlace => false;

    /// <summary>
    /// Writes bytes at an offset, which grows from call to call unless <see cref="CanPlace"/>. Bytes that are never written are zeros.
    /// </summary>
    public abstract void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Makes this disk share all blocks of a file (FICLONE). False where that is not possible.</summary>
    public virtual bool TryClone(SafeFileHandle source) => false;

    /// <summary>Makes this disk share all blocks of another. False where that is not possible.</summary>
    public virtual bool TryClone(NodeDiskTarget source) => false;

    /// <summary>Refuses a disk of a length that does not fit, before anything is written.</summary>
    /// <param name="length">Length of the disk in bytes.</param>
    public virtual void Require(long length)
    {
    }

    /// <summary>All bytes of the image were written.</summary>
    /// <param name="imageLength">Length of the image in bytes; zeros up to there.</param>
    public abstract void Complete(long imageLength);

    /// <summary>Gives the disk its length.</summary>
    /// <param name="length">At least so many bytes.</param>
    public abstract void Extend(long length);

    /// <summary>Returns when all is on stable storage.</summary>
    public abstract void Flush();

    /// <summary>Moves the backup of the disk's partition table to its end.</summary>
    public void MoveBackupTable()
    {
        // The handle belongs to the target.
        var device = Edit();
        DiskWrite.Apply(device, GptBackupMove.Plan(device));
    }

    /// <summary>What was written, to be changed; it stays the target's own.</summary>
    protected abstract BlockDevice Edit();

    /// <summary>Makes a disk of it.</summary>
    public abstract void Publish();

    /// <summary>Takes that back, because another disk of the same order could not be made.</summary>
    public abstract void Withdraw();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the disk holds.</summary>
    /// <param name="disposing">True from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
