using System.Diagnostics;

namespace XenKube.Guests;

/// <summary>The end of one guest.</summary>
/// <param name="xl">How to talk to Xen.</param>
internal sealed class GuestShutdown(XlDriver xl)
{
    /// <summary>Shuts a guest down or destroys it. One that reboots is waited for: its xl would start it again.</summary>
    /// <returns>False when it does not run.</returns>
    public bool Stop(string path, GuestActionOptions options, CancellationToken cancellationToken)
    {
        var name = GuestName.Of(path);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var asked = watch.Elapsed;
            try
            {
                if (options.Force)
                {
                    xl.Destroy(name, cancellationToken);
                }
                else
                {
                    RefuseSilent(path, xl.List(cancellationToken).FirstOrDefault(domain => domain.Name == name));
                    xl.Shutdown(name, cancellationToken);
                }
                return true;
            }
            catch (ItemNotFoundException e) when (e.Id == ErrorIds.GuestNotRunning)
            {
                if (GuestUses.Read(xl, cancellationToken: cancellationToken).ProcessOf(name) is null)
                {
                    return false;
                }
                if (watch.Elapsed > options.Timeout)
                {
                    throw new OperationFailedException(ErrorIds.WaitTimeout, path, null,
                        "the guest is being started, and its domain did not appear in time",
                        $"Wait longer with {RemedyActionKind.TimeoutOption}");
                }
                cancellationToken.WaitHandle.WaitOne(GuestBatch.PauseAfter(watch.Elapsed - asked));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>A paused or crashed guest never answers: xl would wait a minute for it.</summary>
    public static void RefuseSilent(string path, XenDomain? domain)
    {
        if (domain?.State is XenGuestState.Paused or XenGuestState.Crashed)
        {
            var isPaused = domain.State == XenGuestState.Paused;
            var node = GuestConfigFile.At(path).FullName;
            throw new OperationFailedException(ErrorIds.GuestNotResponding, domain.Name, null,
                $"the guest {(isPaused ? "is paused" : "has crashed")} and cannot react", isPaused
                    ? GuestRemedies.ForPaused(node) : GuestRemedies.ForCrashed(node));
        }
    }
}
