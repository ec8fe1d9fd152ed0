namespace XenKube.Guests;

/// <summary>What a guest is doing, as a person would say it. xl's own letters are in <see cref="XenGuest.XlState"/>.</summary>
public enum XenGuestState
{
    /// <summary>It has a configuration and no domain.</summary>
    Halted,

    /// <summary>It runs: it computes, or waits for a processor or an event (xl's r, b, or no letter).</summary>
    Running,

    /// <summary>It was paused, or is still being created.</summary>
    Paused,

    /// <summary>It has shut down, and its domain is about to be removed.</summary>
    ShuttingDown,

    /// <summary>It restarts: its old domain is removed, and xl is about to create the next one.</summary>
    Rebooting,

    /// <summary>It has crashed, and its domain is kept for a look at it.</summary>
    Crashed,

    /// <summary>Its memory is saved in a file, or is being saved.</summary>
    Saved,
}
