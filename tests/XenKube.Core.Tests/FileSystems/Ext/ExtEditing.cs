using XenKube.FileSystems;
using XenKube.FileSystems.Ext.Editing;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>
/// Changes of a part of a file. XenKube makes them only when it finishes an interrupted truncation; tests try the same code on any
/// file, of any shape.
/// </summary>
internal static class ExtEditing
{
    /// <summary>Adds to the end of a file.</summary>
    public static void AppendFile(this ExtEdit edit, string path, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        edit.ChangeFile(path, (inode, files, now) =>
        {
            files.Rewrite(inode, inode.Size, bytes, inode.Size + bytes.Length);
            inode.SetModified(now);
        });
    }

    /// <summary>Cuts a file to a length, or lengthens it by zeros that take no room.</summary>
    public static void Truncate(this ExtEdit edit, string path, long length) => edit.ChangeFile(path, (inode, files, now) =>
    {
        if (length != inode.Size)
        {
            files.Rewrite(inode, Math.Min(length, inode.Size), [], length);
        }
        inode.SetModified(now);
    });
}
