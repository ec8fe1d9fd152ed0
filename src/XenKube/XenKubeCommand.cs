using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;

namespace XenKube.Commands;

/// <summary>
/// The base of every cmdlet: Ctrl+C becomes a cancelled token, an exception of the library becomes an error record,
/// and long work runs off the pipeline thread while its progress is shown.
/// </summary>
public abstract partial class XenKubeCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private volatile Queue? _queue;
    private ProgramTrace? _trace;
    private bool? _debugging;
    private object? _target;
    private bool _yesToAll;
    private bool _noToAll;

    // Things of this host that objects of another one named, with their origin in words.
    private readonly Dictionary<object, string> _origins = [];
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);

    /// <summary>Cancelled by Ctrl+C.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Does something for one input. Trouble is reported as a non-terminating error, and the next input is taken.</summary>
    /// <param name="target">What is worked on, the target of an error.</param>
    /// <param name="action">The work.</param>
    protected void Guard(object? target, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var outer = _target;
        _target = target;
        try
        {
            if (IsDebugging)
            {
                Trace(target, action);
            }
            else
            {
                action();
            }
        }
        catch (XenKubeException error)
        {
            Report(error, target);
        }
        catch (AggregateException errors) when (errors.InnerExceptions.All(error => error is XenKubeException))
        {
            foreach (var error in errors.InnerExceptions.Cast<XenKubeException>())
            {
                Report(error, target);
            }
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        finally
        {
            _target = outer;
        }
    }

    /// <summary>Does something that everything after it needs. Trouble ends the command.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="action">The work.</param>
    protected T Require<T>(Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        try
        {
            return action();
        }
        catch (XenKubeException error)
        {
            throw Ended(error);
        }
    }

    /// <summary>Ends the command with an error.</summary>
    /// <param name="error">The error.</param>
    /// <returns>The same error, for the compiler's sake: <c>throw Ended(…)</c>. This method does not return.</returns>
    protected XenKubeException Ended(XenKubeException error)
    {
        ThrowTerminatingError(Errors.Record(error, null));
        return error;
    }

    /// <summary>Runs long work on another thread and shows its progress from this one, where alone it may be written.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="whole">What is done in all, for a person; the steps that the work reports are shown under it.</param>
    /// <param name="work">The work; it gets the place to report to, and ends when the token says so.</param>
    protected T RunWithProgress<T>(string whole, Func<IProgress<OperationProgress>, CancellationToken, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var reports = new BlockingCollection<QueuedReport>();
        var queue = new Queue(reports);
        _queue = queue;
        var task = Task.Run(() =>
        {
            try
            {
                return work(queue, StopToken);
            }
            finally
            {
                reports.CompleteAdding();
            }
        });
        var progress = new PipelineProgress(this, whole);
        try
        {
            foreach (var report in reports.GetConsumingEnumerable())
            {
                if (report.Warning is { } warning)
                {
                    WriteWarning(warning);
                }
                else
                {
                    progress.Show(report.Progress!);
                }
            }
            progress.End();
        }
        finally
        {
            // Once the pipeline is stopped, progress cannot be written any more; the work has still to clean up.
            ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
            _queue = null;
        }
        return task.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Says what goes on as a warning; from another thread it goes through the queue, since warnings are written from the pipeline's alone.
    /// </summary>
    /// <param name="text">What goes on.</param>
    protected void Tell(string text)
    {
        if (_queue is { } queue)
        {
            queue.Warn(text);
        }
        else
        {
            WriteWarning(text);
        }
    }

    /// <summary>Asks PowerShell whether a change may be made: says the sentence for -WhatIf and -Verbose, asks it for -Confirm.</summary>
    /// <param name="sentence">What would be done to which file, from its verb on, without a final stop.</param>
    protected bool Should(string sentence) => Ask(sentence + OriginOf(_target), "");

    /// <summary>The same for one of several things that are worked on together.</summary>
    /// <param name="target">The thing.</param>
    /// <param name="sentence">What would be done to which file, from its verb on, without a final stop.</param>
    private protected bool ShouldFor(object target, string sentence) => Ask(sentence + OriginOf(target), "");

    /// <summary>The same with a description that costs something to make: it is made only where the sentence is shown.</summary>
    /// <param name="sentence">What would be done to which file, from its verb on, without a final stop.</param>
    /// <param name="description">More about it, for the lines after the sentence. Trouble with it is told in its place.</param>
    protected bool Should(string sentence, Func<string> description)
    {
        ArgumentNullException.ThrowIfNull(description);
        return Ask(sentence + OriginOf(_target), Described(description));
    }

    /// <summary>
    /// The same for what destroys something that cannot be had again: it is asked for even where the cmdlet otherwise asks for nothing,
    /// unless -Force or -Confirm:$false says that nobody is to be asked.
    /// </summary>
    /// <param name="sentence">What would be destroyed, from the verb on, without a final stop.</param>
    /// <param name="force">Whether -Force is given.</param>
    /// <param name="description">More about it, for the lines after the sentence; null for nothing more.</param>
    protected bool ShouldDestroy(string sentence, bool force, Func<string>? description = null)
    {
        sentence += OriginOf(_target);
        var more = description is null ? "" : Described(description);
        var preference = $"{GetVariableValue("ConfirmPreference")}";
        var isConfirmGiven = MyInvocation.BoundParameters.TryGetValue("Confirm", out var confirm);
        if (IsOn("WhatIf", "WhatIfPreference") || (isConfirmGiven && confirm is SwitchParameter { IsPresent: true }))
        {
            return Ask(sentence, more);
        }
        if (force || isConfirmGiven || preference == nameof(ConfirmImpact.None))
        {
            WriteVerbose(sentence + more);
            return true;
        }
        // With another preference PowerShell asks by itself.
        return preference != nameof(ConfirmImpact.High) ? Ask(sentence, more)
            : ShouldContinue($"{sentence}?{more}", "Confirm", ref _yesToAll, ref _noToAll);
    }

    private bool Ask(string sentence, string description) =>
        ShouldProcess(sentence + description, $"{sentence}?{description}", "Confirm");

    private string Described(Func<string> description)
    {
        if (!IsSentenceShown)
        {
            return "";
        }
        try
        {
            return Environment.NewLine + description();
        }
        catch (XenKubeException error)
        {
            return $"{Environment.NewLine}what would change cannot be shown: {error.Fault}";
        }
    }

    /// <summary>
    /// Remembers that something of this host was named by an object of another one, and says so: by a warning, once for each origin, and
    /// in each confirmation.
    /// </summary>
    /// <param name="item">The thing of this host.</param>
    /// <param name="origin">Whence the object came, in words; null for this host.</param>
    /// <param name="meant">What is meant on this host, in words.</param>
    private protected void NoteOrigin(object item, string? origin, string meant)
    {
        if (origin is null)
        {
            return;
        }
        _origins[item] = origin;
        if (_warned.Add(origin))
        {
            Tell($"the object came from {origin}; {meant} of this host ({Environment.MachineName}) is meant, and so are others that it names");
        }
    }

    /// <summary>All origins of what this command got, for a sentence about all of them together; empty for this host.</summary>
    private protected string Origins => _origins.Count == 0 ? "" : OriginText(string.Join(", ", _origins.Values.Distinct()));

    private string OriginOf(object? target) =>
        target is not null && _origins.TryGetValue(target, out var origin) ? OriginText(origin) : "";

    private static string OriginText(string origin) =>
        $" (named by an object from {origin}; changed on this host, {Environment.MachineName})";

    // True in doubt: the description is made then, though nobody sees it.
    private bool IsSentenceShown =>
        IsOn("WhatIf", "WhatIfPreference") || IsOn("Verbose", "VerbosePreference")
        || (MyInvocation.BoundParameters.TryGetValue("Confirm", out var confirm)
            ? confirm is SwitchParameter { IsPresent: true }
            : $"{GetVariableValue("ConfirmPreference")}" is not ("High" or "None"));

    private bool IsOn(string parameter, string preference) =>
        MyInvocation.BoundParameters.TryGetValue(parameter, out var asked)
            ? asked is SwitchParameter { IsPresent: true }
            : $"{GetVariableValue(preference)}" is not ("" or "False" or "SilentlyContinue" or "Ignore");

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the cmdlet holds.</summary>
    /// <param name="disposing">True from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _trace?.Dispose();
            _stop.Dispose();
        }
    }

    private bool IsDebugging => _debugging ??= MyInvocation.BoundParameters.TryGetValue("Debug", out var asked)
        ? asked is SwitchParameter { IsPresent: true }
        : GetVariableValue("DebugPreference") is ActionPreference preference
            and not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    private void Trace(object? target, Action action)
    {
        var time = Stopwatch.StartNew();
        _trace ??= new ProgramTrace(MyInvocation.MyCommand.Name);
        try
        {
            _trace.Run(action);
        }
        finally
        {
            if (!Stopping)
            {
                foreach (var line in _trace.Take())
                {
                    WriteDebug(line);
                }
                WriteDebug(string.Create(CultureInfo.InvariantCulture,
                    $"{MyInvocation.MyCommand.Name} {target}: {time.Elapsed.TotalMilliseconds:0.0} ms"));
            }
        }
    }

    // Where a drive of this session holds the image that the command wants, the error names the drive.
    private XenKubeException NameHolder(XenKubeException error) =>
        error is ItemInUseException { File: { } file } inUse && inUse.ProcessId == Environment.ProcessId
            && SessionState.Drive.GetAll().OfType<IImageHolder>().FirstOrDefault(drive => drive.Holds(file)) is { } holder
            ? new ItemInUseException(
                ErrorIds.ImageInUse, file, error.Place, $"the drive {holder.Name}: of this session holds it",
                $"Dismount-NodeDisk {holder.Name}")
            { ProcessId = inUse.ProcessId }
            : error;

    /// <summary>True once an error was written for one of the inputs.</summary>
    private protected bool HasReported { get; private set; }

    /// <summary>Writes an error, and goes on.</summary>
    /// <param name="error">The error.</param>
    /// <param name="target">What was worked on.</param>
    protected void Report(XenKubeException error, object? target)
    {
        HasReported = true;
        error = NameHolder(error);
        WriteDebug(error.ToString());
        WriteError(Errors.Record(error, target));
    }

    /// <summary>A message from work on another thread: its progress, or a warning.</summary>
    private readonly record struct QueuedReport(OperationProgress? Progress, string? Warning);

    private sealed class Queue(BlockingCollection<QueuedReport> reports) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value) => Add(new QueuedReport(value, null));

        public void Warn(string text) => Add(new QueuedReport(null, text));

        private void Add(QueuedReport report)
        {
            try
            {
                reports.Add(report);
            }
            catch (InvalidOperationException)
            {
                // A report that comes after the work ended has nobody to tell.
            }
        }
    }
}
