using System.Diagnostics;
using System.Globalization;
using XenKube.Disks;

namespace XenKube.Commands.Completion;

/// <summary>
/// The time that a completion may take, because the user waits for it. Candidates that are not found by then are not offered. The
/// environment
/// variable XENKUBE_COMPLETION_TIME gives those more milliseconds who would rather wait for a slow xl.
/// </summary>
internal sealed class CompletionClock
{
    private const int Milliseconds = 35;

    private readonly TimeSpan _patience = TimeSpan.FromMilliseconds(
        int.TryParse(Environment.GetEnvironmentVariable("XENKUBE_COMPLETION_TIME"), NumberStyles.None, CultureInfo.InvariantCulture,
            out var own) ? own : Milliseconds);

    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>The time that is left; never negative.</summary>
    public TimeSpan Left => _patience - Stopwatch.GetElapsedTime(_start) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>Reads an image as of one state. Nothing is read of one that changes all the time.</summary>
    public T Read<T>(string path, Func<DiskImage, T> read)
    {
        using var end = new CancellationTokenSource(Left);
        try
        {
            return ImageReader.ReadOnce(path, read, end.Token);
        }
        catch (OperationCanceledException)
        {
            throw new ItemInUseException(ErrorIds.ImageModified, path, null, "it changes all the time");
        }
    }

    /// <summary>As many as come in time.</summary>
    public IEnumerable<T> Limit<T>(IEnumerable<T> source)
    {
        foreach (var item in source)
        {
            yield return item;
            if (Left == TimeSpan.Zero)
            {
                yield break;
            }
        }
    }
}
