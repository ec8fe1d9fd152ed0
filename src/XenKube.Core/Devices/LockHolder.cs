using System.Globalization;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>Finds who holds the flock of a file.</summary>
internal static class LockHolder
{
    /// <summary>The holder; null where /proc/locks does not show one.</summary>
    public static OpenFiles.Holder? Find(FileDevice device)
    {
        if (WholeFile.TryReadText("/proc/locks") is not { } locks)
        {
            return null;
        }
        var status = FileStatus.Read(device.Handle);
        var file = status.Identity;
        var processes = new OpenFiles("/");
        foreach (var line in locks.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // 1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF; who waits has an arrow. The device is that of the file system, which is
            // not always the file's, so the inode alone is compared.
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 5 && fields[1] == "FLOCK" && fields[5]
                .EndsWith(string.Create(CultureInfo.InvariantCulture, $":{status.Inode}"), StringComparison.Ordinal)
                && int.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
                && (id == Environment.ProcessId || processes.Has(id, file)))
            {
                return processes.Describe(id);
            }
        }
        return null;
    }
}
