using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;

namespace XenKube.Guests;

/// <summary>The same done to several guests at once, each with a result of its own, and waiting with a limit.</summary>
internal static class GuestBatch
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long to wait before a question is asked again: as long as it took, so that a wait takes half of the time of a slow dom0 at most,
    /// and leaves the rest to the guest that it waits for.
    /// </summary>
    /// <param name="question">How long the question took.</param>
    public static TimeSpan PauseAfter(TimeSpan question) =>
        TimeSpan.FromTicks(Math.Clamp(question.Ticks, PollInterval.Ticks, LongestPause.Ticks));

    public static GuestResult[] Run(IReadOnlyList<string> configPaths, GuestActionOptions options,
        Func<string, (XenGuest Guest, IReadOnlyList<string> Warnings)> action, CancellationToken cancellationToken)
    {
        var results = new GuestResult[configPaths.Count];
        var gate = new Lock();
        Exception? unexpected = null;
        var queue = new ConcurrentQueue<int>(Enumerable.Range(0, configPaths.Count));
        void Work()
        {
            while (!cancellationToken.IsCancellationRequested && queue.TryDequeue(out var i))
            {
                var watch = Stopwatch.StartNew();
                try
                {
                    results[i] = One(configPaths[i], action, watch);
                    lock (gate)
                    {
                        options.OnResult?.Invoke(results[i]);
                    }
                }
                catch (Exception e)
                {
                    // It belongs to the caller's thread: an exception that leaves a thread ends the process.
                    Interlocked.CompareExchange(ref unexpected, e, null);
                    return;
                }
            }
        }
        // Threads of their own: each of them spends its time waiting for xl.
        var threads = Enumerable.Range(0, Math.Clamp(options.ThrottleLimit, 1, Math.Max(1, configPaths.Count)))
            .Select(_ => new Thread(Work) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        cancellationToken.ThrowIfCancellationRequested();
        if (unexpected is not null)
        {
            ExceptionDispatchInfo.Throw(unexpected);
        }
        return results;
    }

    /// <summary>Asks again and again until the answer is yes.</summary>
    /// <param name="path">The guest's configuration.</param>
    /// <param name="what">What the guest does then, for the error: <c>end</c>.</param>
    /// <param name="timeout">How long to ask.</param>
    /// <param name="reached">The question.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="why">Gives the reason, if it is known, when the time is over; null for nothing.</param>
    public static void Until(string path, string what, TimeSpan timeout, Func<bool> reached, CancellationToken cancellationToken,
        Func<string>? why = null)
    {
        var watch = Stopwatch.StartNew();
        var asked = watch.Elapsed;
        while (!reached())
        {
            var pause = PauseAfter(watch.Elapsed - asked);
            if (watch.Elapsed > timeout)
            {
                throw new OperationFailedException(
                    ErrorIds.WaitTimeout, path, null,
                    string.Create(CultureInfo.InvariantCulture,
                        $"the guest did not {what} within {timeout.TotalSeconds:0.#} s{why?.Invoke()}"),
                    $"Look at its console ({RemedyActionKind.ShowConsole}), or wait longer with {RemedyActionKind.TimeoutOption}");
            }
            cancellationToken.WaitHandle.WaitOne(pause);
            cancellationToken.ThrowIfCancellationRequested();
            asked = watch.Elapsed;
        }
    }

    private static GuestResult One(string path, Func<string, (XenGuest Guest, IReadOnlyList<string> Warnings)> action, Stopwatch watch)
    {
        try
        {
            var (guest, warnings) = action(path);
            return new GuestResult(guest.Name, guest, null, watch.Elapsed) { Warnings = warnings };
        }
        catch (XenKubeException e)
        {
            return new GuestResult(Path.GetFileNameWithoutExtension(path), null, e, watch.Elapsed);
        }
    }
}
