namespace XenKube.Cli.Commands;

/// <summary>The exit codes that scripts rely on.</summary>
public static class ExitCode
{
    /// <summary>All that was asked is done.</summary>
    public const int Done = 0;

    /// <summary>Something that was asked is not done; the reason is on standard error.</summary>
    public const int NotDone = 1;

    /// <summary>The command line was not understood; nothing was done.</summary>
    public const int Usage = 2;
}
