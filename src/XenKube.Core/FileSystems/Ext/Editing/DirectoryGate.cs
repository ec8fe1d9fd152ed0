using System.Globalization;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>Directories whose entries must not be changed.</summary>
internal static class DirectoryGate
{
    /// <summary>Refuses such a directory.</summary>
    /// <exception cref="UnsupportedFeatureException">Its names ignore case.</exception>
    /// <exception cref="OperationFailedException">It is immutable.</exception>
    public static void Check(ExtVolume volume, ExtInode directory)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"directory inode {directory.Number}");
        if (directory.Has(InodeFlags.CaseFold))
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name, place, "casefold (changing a directory that ignores case)");
        }
        if (directory.Has(InodeFlags.Immutable | InodeFlags.AppendOnly))
        {
            throw new OperationFailedException(ErrorIds.FileImmutable, volume.Store.Device.Name, place, "the directory is immutable",
                "chattr -i it in the guest first");
        }
    }
}
