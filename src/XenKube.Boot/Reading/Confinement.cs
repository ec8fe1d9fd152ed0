using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Boot.Reading;

/// <summary>
/// Gives up every right that the reader does not need, for good and before the first byte of a guest's disk is read. A program that is
/// run by dotnet loads its code as it goes: there, limits are all that is set, and the sentence in the log says so.
/// </summary>
internal static class Confinement
{
    private const ulong MaximumAddressSpace = 1UL << 30;
    private const ulong MaximumFileSize = 512UL << 20;
    private const ulong ProcessorSeconds = 60;

    /// <summary>
    /// The first of the users that belong to nobody: the upper half of what systemd reserves from 2^31 - 2^17 on, of which it uses the
    /// lower (systemd.io/UIDS-GIDS). Each reader is another one of them, so that two readers can do nothing to each other.
    /// </summary>
    private const uint FirstUser = 0x7FFF_0000;

    /// <summary>Whether this program was compiled to native code, and so can give up everything.</summary>
    public static bool IsNative => !RuntimeFeature.IsDynamicCodeSupported;

    /// <summary>Gives the rights up.</summary>
    /// <param name="runAs">The user to become; null for one that belongs to nobody.</param>
    /// <param name="root">An empty directory; it is closed.</param>
    /// <param name="answer">The pipe to the loader.</param>
    /// <exception cref="IOException">A right could not be given up, or the loader has ended.</exception>
    public static void Enter(uint? runAs, SafeFileHandle root, SafeFileHandle answer)
    {
        // .NET's other thread may still be starting, with system calls that no thread needs later.
        GC.WaitForPendingFinalizers();
        // .NET takes the seeds of its hash codes from /dev/urandom when it needs them first; a guest must not know them.
        _ = "".GetHashCode(StringComparison.Ordinal) + HashCode.Combine(0);
        Libc.SetProcess(ProcessControl.NoNewPrivileges, 1);
        Libc.LimitResource(ResourceLimit.Core, 0);
        Libc.LimitResource(ResourceLimit.ProcessorSeconds, ProcessorSeconds);
        Libc.LimitResource(ResourceLimit.FileSize, MaximumFileSize);
        Libc.LimitResource(ResourceLimit.LockedMemory, 0);
        Libc.LimitResource(ResourceLimit.MessageQueues, 0);
        if (IsNative)
        {
            Libc.LimitResource(ResourceLimit.AddressSpace, MaximumAddressSpace);
            Libc.LimitResource(ResourceLimit.Processes, 0);
            if (Libc.UserId == 0)
            {
                Libc.ChangeRoot(root);
                Libc.BecomeUser(runAs ?? FirstUser + ((uint)Environment.ProcessId & 0xFFFF));
            }
        }
        root.Dispose();
        // After the change of the user, which forgets it.
        Libc.SetProcess(ProcessControl.ParentDeathSignal, (nuint)Signal.Kill);
        // Nothing tells of a loader that was killed before that.
        if (Libc.HasLostItsReader(answer))
        {
            throw new IOException("the boot loader has ended");
        }
        if (IsNative)
        {
            Libc.LimitResource(ResourceLimit.Files, 0);
            Libc.FilterSystemCalls(SystemCallFilter.Program);
        }
    }
}
