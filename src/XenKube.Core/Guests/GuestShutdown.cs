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
                    var uses = GuestUses.Read(xl, cancellationToken: cancellationToken);
                    var domain = uses.Domains.FirstOrDefault(domain => domain.Name == name);
                    if (uses.IsLeft(domain))
                    {
                        RemoveLeft(path, name, cancellationToken);
                        return true;
                    }
                    RefuseSilent(path, domain, uses);
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

    /// <summary>
    /// Removes the domain of a guest that has shut down, as its xl would have done, which is not there any more. One that the
    /// configuration keeps is kept.
    /// </summary>
    public void RemoveLeft(string path, string name, CancellationToken cancellationToken)
    {
        var config = XenGuestConfig.Read(path);
        if (config.GetText("on_poweroff") == "preserve" || config.GetText("on_reboot") == "preserve")
        {
            throw LeftOver(path, name);
        }
        xl.Destroy(name, cancellationToken);
    }

    /// <summary>A guest that is paused, or has ended and is kept, never answers: xl would wait a minute for it.</summary>
    public static void RefuseSilent(string path, XenDomain? domain, GuestUses uses)
    {
        if (uses.IsLeft(domain))
        {
            throw LeftOver(path, domain!.Name);
        }
        if (domain?.State is XenGuestState.Paused or XenGuestState.Crashed)
        {
            var isPaused = domain.State == XenGuestState.Paused;
            var node = GuestConfigFile.At(path).FullName;
            throw new OperationFailedException(ErrorIds.GuestNotResponding, domain.Name, null,
                $"the guest {(isPaused ? "is paused" : "has crashed")} and cannot react", isPaused
                    ? GuestRemedies.ForPaused(node) : GuestRemedies.ForEnded(node));
        }
    }

    /// <summary>The error of a guest whose domain stays after its end.</summary>
    public static OperationFailedException LeftOver(string path, string name) =>
        new(ErrorIds.GuestNotResponding, name, null, $"the guest has {GuestWords.Left}",
            GuestRemedies.ForEnded(GuestConfigFile.At(path).FullName));
}
