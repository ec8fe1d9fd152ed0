using System.Diagnostics;

namespace XenKube;

/// <summary>Reports progress at most ten times a second, with the time left at the rate of the last seconds.</summary>
internal sealed class ProgressMeter
{
    private static readonly long Interval = Stopwatch.Frequency / 10;

    private readonly IProgress<OperationProgress>? _progress;
    private readonly string _activity;
    private readonly string? _item;
    private readonly long _total;
    private long _reported;
    private long _rateTime = Stopwatch.GetTimestamp();
    private long _rateDone;
    private double _rate;

    /// <summary>Creates a meter.</summary>
    /// <param name="progress">Where to report, or null.</param>
    /// <param name="activity">What is being done.</param>
    /// <param name="item">What it is done to.</param>
    /// <param name="total">Bytes in all, or -1.</param>
    /// <param name="done">Bytes that were there before.</param>
    public ProgressMeter(IProgress<OperationProgress>? progress, string activity, string? item, long total, long done = 0)
    {
        _progress = progress;
        _activity = activity;
        _item = item;
        _total = total;
        _rateDone = done;
    }

    public void Report(long done, bool last = false)
    {
        if (_progress is null)
        {
            return;
        }
        var now = Stopwatch.GetTimestamp();
        if (now - _reported < Interval && !last)
        {
            return;
        }
        _reported = now;
        var seconds = (double)(now - _rateTime) / Stopwatch.Frequency;
        if (seconds >= 0.5)
        {
            var present = (done - _rateDone) / seconds;
            _rate = _rate == 0 ? present : (0.7 * _rate) + (0.3 * present);
            (_rateTime, _rateDone) = (now, done);
        }
        TimeSpan? remaining = _total >= 0 && _rate > 1 ? TimeSpan.FromSeconds(Math.Min((_total - done) / _rate, 8640000)) : null;
        _progress.Report(new OperationProgress(_activity, _item, done, _total, last ? TimeSpan.Zero : remaining) { Rate = _rate > 0
            ? _rate : null });
    }
}
