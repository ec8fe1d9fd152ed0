using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace XenKube.Commands;

/// <summary>Shows what is done in all, and under it the step that is at work: how far it is, and how many seconds are left.</summary>
internal sealed class PipelineProgress(Cmdlet cmdlet, string whole)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly int _id = RuntimeHelpers.GetHashCode(cmdlet) & 0x3fffffff;
    private Stopwatch _step = Stopwatch.StartNew();
    private TimeSpan _shown = TimeSpan.MinValue;
    private long _first;
    private ProgressRecord? _record;

    /// <summary>Shows a report. Those that come too fast are left out: writing progress costs more than most steps.</summary>
    public void Show(OperationProgress report)
    {
        if (_record is not null && _record.Activity != report.Activity)
        {
            Complete(_record);
            _record = null;
        }
        if (_record is null)
        {
            _step = Stopwatch.StartNew();
            _first = report.Done;
        }
        else if (_step.Elapsed - _shown < Interval && report.Done != report.Total)
        {
            return;
        }
        _shown = _step.Elapsed;
        var seconds = SecondsRemaining(report);
        var percent = report.Total > 0 ? (int)Math.Clamp(report.Done * 100.0 / report.Total, 0, 100) : -1;
        cmdlet.WriteProgress(new ProgressRecord(_id, whole, report.Activity) { PercentComplete = percent, SecondsRemaining = seconds });
        _record = new ProgressRecord(_id + 1, report.Activity, report.Item ?? " ")
            { ParentActivityId = _id, PercentComplete = percent, SecondsRemaining = seconds };
        cmdlet.WriteProgress(_record);
    }

    /// <summary>Takes it all away.</summary>
    public void End()
    {
        if (_record is not null)
        {
            Complete(_record);
            Complete(new ProgressRecord(_id, whole, _record.Activity));
        }
    }

    private void Complete(ProgressRecord record)
    {
        record.RecordType = ProgressRecordType.Completed;
        cmdlet.WriteProgress(record);
    }

    // Work measured in bytes has a rate. Work measured in nodes or guests assumes that each takes as long as those before.
    private int SecondsRemaining(OperationProgress report)
    {
        var remaining = report.Remaining
            ?? (report.Total > 0 && report.Done > _first ? _step.Elapsed * ((double)(report.Total - report.Done) / (report.Done - _first))
                : null);
        return remaining is { } left ? (int)Math.Ceiling(Math.Min(left.TotalSeconds, int.MaxValue / 2)) : -1;
    }
}
