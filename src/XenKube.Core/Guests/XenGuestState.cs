namespace XenKube.Guests;

/// <summary>What a guest is doing.</summary>
public enum XenGuestState
{
    /// <summary>It has a configuration and no domain.</summary>
    Halted,

    /// <summary>It runs, or would if a processor were free.</summary>
    Running,

    /// <summary>It waits for something, as an idle guest does nearly always.</summary>
    Blocked,

    /// <summary>It was paused.</summary>
    Paused,

    /// <summary>It has shut down; xl is about to remove it.</summary>
    Shutdown,

    /// <summary>It has crashed and is kept for a look at it.</summary>
    Crashed,

    /// <summary>It is being removed.</summary>
    Dying,
}
