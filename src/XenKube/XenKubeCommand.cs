using System.Collections.Concurrent;
using System.Management.Automation;

namespace XenKube.Commands;

/// <summary>
/// The base of every cmdlet: Ctrl+C becomes a cancelled token, an exception of the library becomes an error record,
/// and long work runs off the pipeline thread while its progress is shown.
/// </summary>
public abstract class XenKubeCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Queue? _queue;

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
        try
        {
            action();
        }
        catch (XenKubeException error)
        {
            WriteError(Errors.Record(error, target));
        }
        catch (AggregateException errors) when (errors.InnerExceptions.All(error => error is XenKubeException))
        {
            foreach (var error in errors.InnerExceptions.Cast<XenKubeException>())
            {
                WriteError(Errors.Record(error, target));
            }
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
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
            ThrowTerminatingError(Errors.Record(error, null));
            throw;
        }
    }

    /// <summary>Runs long work on another thread and shows its progress from this one, where alone it may be written.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="work">The work; it gets the place to report to, and ends when the token says so.</param>
    protected T RunWithProgress<T>(Func<IProgress<OperationProgress>, CancellationToken, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var reports = new BlockingCollection<OperationProgress>();
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
                _queue = null;
                reports.CompleteAdding();
            }
        });
        ProgressRecord? shown = null;
        foreach (var report in reports.GetConsumingEnumerable())
        {
            if (shown is not null && shown.Activity != report.Activity)
            {
                Complete(shown);
            }
            shown = ToRecord(report);
            WriteProgress(shown);
        }
        if (shown is not null)
        {
            Complete(shown);
        }
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Says what goes on: as a warning, or as progress while work is done on another thread, from where no warning may be written.</summary>
    /// <param name="text">What goes on.</param>
    protected void Tell(string text)
    {
        if (_queue is { } queue)
        {
            queue.Report(new OperationProgress("Waiting", text, 0, -1, null));
        }
        else
        {
            WriteWarning(text);
        }
    }

    /// <summary>Asks PowerShell whether a change may be made: says the sentence for -WhatIf and -Verbose, asks it for -Confirm.</summary>
    /// <param name="sentence">What would be done to which file, from its verb on, without a final stop.</param>
    protected bool Should(string sentence) => ShouldProcess(sentence, $"{sentence}?", "Confirm");

    /// <summary>The path of the file system behind one that the user typed, relative to $PWD and through drives.</summary>
    /// <param name="path">What the user typed; wildcards are not expanded.</param>
    protected string Resolve(string path) => GetUnresolvedProviderPathFromPSPath(path);

    /// <summary>The bytes of a file.</summary>
    /// <param name="path">The file.</param>
    protected static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(ExistingFile(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OperationFailedException("FileNotReadable", path, null, error.Message, innerException: error);
        }
    }

    /// <summary>
    /// The files that -Path and -LiteralPath name. A pattern without a match is nothing; a name without a file is
    /// reported, and the next one is taken.
    /// </summary>
    /// <param name="path">Paths with wildcards.</param>
    /// <param name="literalPath">Paths taken as they are.</param>
    protected IReadOnlyList<string> Files(string[]? path, string[]? literalPath)
    {
        var files = new List<string>();
        foreach (var literal in literalPath ?? [])
        {
            Guard(literal, () => files.Add(ExistingFile(Resolve(literal))));
        }
        foreach (var pattern in path ?? [])
        {
            if (WildcardPattern.ContainsWildcardCharacters(pattern))
            {
                files.AddRange(Matches(pattern).Where(file => !Directory.Exists(file)));
            }
            else
            {
                Guard(pattern, () => files.Add(ExistingFile(Resolve(pattern))));
            }
        }
        return files;
    }

    private string[] Matches(string pattern)
    {
        try
        {
            var found = GetResolvedProviderPathFromPSPath(pattern, out var provider);
            return provider.Name == "FileSystem" ? [.. found] : [];
        }
        catch (System.Management.Automation.ItemNotFoundException)
        {
            return [];
        }
    }

    private static string ExistingFile(string path) =>
        File.Exists(path) ? path : throw new XenKube.ItemNotFoundException("FileNotFound", path, null, Directory.Exists(path) ? "is a directory" : "does not exist");

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
            _stop.Dispose();
        }
    }

    private void Complete(ProgressRecord shown)
    {
        shown.RecordType = ProgressRecordType.Completed;
        WriteProgress(shown);
    }

    private static ProgressRecord ToRecord(OperationProgress report) =>
        new(Math.Abs(report.Activity.GetHashCode(StringComparison.Ordinal)) % 1000, report.Activity, report.Item ?? " ")
        {
            PercentComplete = report.Total > 0 ? (int)Math.Clamp(report.Done * 100.0 / report.Total, 0, 100) : -1,
            SecondsRemaining = report.Remaining is { } remaining ? (int)Math.Ceiling(remaining.TotalSeconds) : -1,
        };

    private sealed class Queue(BlockingCollection<OperationProgress> reports) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value)
        {
            try
            {
                reports.Add(value);
            }
            catch (InvalidOperationException)
            {
                // A report that comes after the work ended has nobody to tell.
            }
        }
    }
}
