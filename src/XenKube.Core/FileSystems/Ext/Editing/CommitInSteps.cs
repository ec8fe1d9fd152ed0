using XenKube.FileSystems.Ext.Journal;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>A commit that has begun; between its steps, everything that was written must be flushed.</summary>
/// <param name="steps">The steps; each is taken when it is asked for.</param>
/// <param name="end">Called after the last one.</param>
/// <param name="fail">Called when one of them failed, or a flush after it.</param>
internal sealed class CommitInSteps(IEnumerator<CommitStep>? steps, Action end, Action<Exception> fail) : IDisposable
{
    private bool _ended;

    /// <summary>The commit of an edit without changes.</summary>
    public static CommitInSteps Nothing => new(null, () => { }, _ => { });

    /// <summary>Takes the next step.</summary>
    /// <returns>True if a flush and another step must follow.</returns>
    public bool Next()
    {
        if (_ended)
        {
            return false;
        }
        if (steps?.MoveNext() == true)
        {
            return true;
        }
        _ended = true;
        if (steps is not null)
        {
            end();
        }
        return false;
    }

    /// <summary>Notes that this commit, or one that shares its flushes, broke off.</summary>
    public void Fail(Exception error)
    {
        if (!_ended)
        {
            _ended = true;
            fail(error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => steps?.Dispose();
}
