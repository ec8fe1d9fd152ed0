using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using XenKube.Programs;

namespace XenKube.Commands;

/// <summary>
/// Hears of the programs that the library runs for one cmdlet (xl, nginx, systemctl), for -Debug. They are told apart from those
/// of other runspaces by the activity under which they are run.
/// </summary>
internal sealed class ProgramTrace : IDisposable
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ActivityListener _listener;
    private readonly Activity _own;

    public ProgramTrace(string name)
    {
        var outer = Activity.Current;
        Activity.Current = null;
        _own = new Activity(name).SetIdFormat(ActivityIdFormat.W3C).Start();
        Activity.Current = outer;
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ExternalPrograms.ActivitySourceName,
            Sample = (ref options) => options.Parent.TraceId == _own.TraceId ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _own.TraceId)
                {
                    _lines.Enqueue(string.Create(CultureInfo.InvariantCulture,
                        $"{activity.GetTagItem("line")}: exit code {activity.GetTagItem("exit") ?? "none"} after {activity.Duration.TotalMilliseconds:0} ms"));
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Does something as a part of the cmdlet's activity.</summary>
    public void Run(Action action)
    {
        var outer = Activity.Current;
        Activity.Current = _own;
        try
        {
            action();
        }
        finally
        {
            Activity.Current = outer;
        }
    }

    /// <summary>What was run since the last time.</summary>
    public IEnumerable<string> Take()
    {
        while (_lines.TryDequeue(out var line))
        {
            yield return line;
        }
    }

    public void Dispose()
    {
        _own.Dispose();
        _listener.Dispose();
    }
}
