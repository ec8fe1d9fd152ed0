namespace XenKube.Posix;

/// <summary>A signal of kill(2).</summary>
internal enum Signal
{
    /// <summary>SIGHUP: a service reads its configuration again.</summary>
    HangUp = 1,

    /// <summary>SIGKILL: the process ends at once.</summary>
    Kill = 9,
}
