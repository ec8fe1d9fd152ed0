namespace XenKube;

/// <summary>
/// How long a pattern may look at a text. No text that the patterns are used on, by its own limit of size, needs a hundredth of that;
/// the clock goes on while a busy machine lets the process wait, and a limit that is reached is an error of the program.
/// </summary>
internal static class PatternLimit
{
    /// <summary>The limit in milliseconds.</summary>
    public const int Milliseconds = 60_000;
}
