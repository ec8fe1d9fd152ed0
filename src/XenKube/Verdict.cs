namespace XenKube.Commands;

/// <summary>
/// What a test says about all of its inputs together, so that <c>if (Test-…)</c> is right for several of them: a list of two False would be
/// true. Nothing tested is not a pass.
/// </summary>
internal sealed class Verdict
{
    private int _count;
    private bool _failed;

    /// <summary>True where something was tested.</summary>
    public bool HasAny => _count > 0;

    /// <summary>True where something was tested and all of it passed.</summary>
    public bool IsGood => _count > 0 && !_failed;

    /// <summary>Takes the result of one input.</summary>
    /// <param name="isGood">Whether it passed.</param>
    public void Add(bool isGood)
    {
        _count++;
        _failed |= !isGood;
    }
}
