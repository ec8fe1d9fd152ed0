using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>Whether anybody has a file open for writing.</summary>
internal enum OtherWriters
{
    /// <summary>Nobody has, in no process and no name space, nor the kernel itself.</summary>
    None,

    /// <summary>Somebody has.</summary>
    Some,

    /// <summary>The system does not say: the file is another user's, or on a file system without leases.</summary>
    Unknown,
}

/// <summary>
/// Asks the kernel whether anybody has a file open for writing: it gives a read lease (fcntl(2), F_SETLEASE) to nobody while
/// some process writes, in whichever name space: a FUSE mount, a loop device, a program of a container.
/// </summary>
internal static class WriterProbe
{
    private const int SetLease = 1024;
    private const int SetSignal = 10;
    private const int ReadLease = 0;
    private const int NoLease = 2;

    /// <summary>A signal that does nothing: the usual one would end this process when a writer comes while the lease is held.</summary>
    private const int UrgentSignal = 23;

    /// <summary>Asks about a file that this process does not have open for writing itself.</summary>
    public static OtherWriters Look(string path)
    {
        using var file = Libc.Open(path, OpenFlags.NonBlocking);
        if (file is null)
        {
            return OtherWriters.Unknown;
        }
        if (Libc.Control(file, SetSignal, UrgentSignal) != 0)
        {
            return OtherWriters.Unknown;
        }
        if (Libc.Control(file, SetLease, ReadLease) != 0)
        {
            return Libc.LastError == Errno.TryAgain ? OtherWriters.Some : OtherWriters.Unknown;
        }
        _ = Libc.Control(file, SetLease, NoLease);
        return OtherWriters.None;
    }
}
