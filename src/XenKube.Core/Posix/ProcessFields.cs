namespace XenKube.Posix;

/// <summary>
/// The fields of <c>/proc/PID/stat</c> (proc(5)) after the name of the program, which may have blanks and parentheses in it.
/// </summary>
internal static class ProcessFields
{
    /// <summary>Place of the number of the process that started this one.</summary>
    public const int Parent = 1;

    /// <summary>Place of the number of the session.</summary>
    public const int Session = 3;

    /// <summary>Splits the text of the file; empty for a process that has ended.</summary>
    public static string[] Split(string status) =>
        status[(status.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
