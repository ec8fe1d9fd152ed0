using System.Globalization;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Mapping;

/// <summary>Reads the content of files and links, wherever it is stored.</summary>
internal sealed class ExtContent(ExtVolume volume, FileMap map, ExtAttributes attributes)
{
    /// <summary>Reads bytes of a file.</summary>
    /// <param name="inode">The file.</param>
    /// <param name="offset">Where to start.</param>
    /// <param name="buffer">Receives the bytes.</param>
    /// <returns>How many bytes were read: less than asked for only at the end of the file.</returns>
    public int Read(ExtInode inode, long offset, Span<byte> buffer)
    {
        Gate(inode);
        buffer = buffer[..(int)Math.Clamp(inode.Size - offset, 0, buffer.Length)];
        var total = buffer.Length;
        if (inode.Has(InodeFlags.InlineData))
        {
            var inline = ReadInline(inode);
            var part = offset < inline.Length ? inline.AsSpan((int)offset) : [];
            part = part[..Math.Min(part.Length, buffer.Length)];
            part.CopyTo(buffer);
            buffer[part.Length..].Clear();
            return total;
        }
        var size = volume.BlockSize;
        while (buffer.Length > 0)
        {
            var run = map.Find(inode, offset / size);
            var within = offset % size;
            // A run may be longer than numbers of bytes can say.
            var count = (int)Math.Min(buffer.Length, Math.Min(run.Count, int.MaxValue) * size - within);
            if (run.IsHole || run.Unwritten)
            {
                buffer[..count].Clear();
            }
            else
            {
                volume.Store.ReadData(run.Physical, within, buffer[..count]);
            }
            buffer = buffer[count..];
            offset += count;
        }
        return total;
    }

    /// <summary>Where a symbolic link points.</summary>
    public string ReadLink(ExtInode inode, int maximum)
    {
        Gate(inode);
        if (inode.Size <= 0 || inode.Size > maximum)
        {
            throw Broken(inode, $"a link of {inode.Size} bytes is impossible");
        }
        var bytes = new byte[(int)inode.Size];
        if (map.IsFastLink(inode))
        {
            inode.Map[..bytes.Length].CopyTo(bytes);
        }
        else
        {
            Read(inode, 0, bytes);
        }
        return FileNames.Decode(bytes);
    }

    private byte[] ReadInline(ExtInode inode)
    {
        var rest = attributes.ReadBody(inode).Find(entry => entry.IsInlineData);
        return [.. inode.Map, .. rest is null ? [] : rest.Value.Span];
    }

    private void Gate(ExtInode inode)
    {
        if (inode.Has(InodeFlags.Encrypted))
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name, NameOf(inode), "encrypt");
        }
        if (inode.Size < 0)
        {
            throw Broken(inode, "its size is impossible");
        }
    }

    private CorruptImageException Broken(ExtInode inode, string reason) =>
        new(ErrorIds.CorruptImage, volume.Store.Device.Name, NameOf(inode), reason);

    private static string NameOf(ExtInode inode) => string.Create(CultureInfo.InvariantCulture, $"inode {inode.Number}");
}
