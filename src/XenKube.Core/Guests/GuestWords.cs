namespace XenKube.Guests;

/// <summary>States of guests in a sentence.</summary>
internal static class GuestWords
{
    /// <summary>What follows "the guest is".</summary>
    public static string Of(XenGuestState state) => state switch
    {
        XenGuestState.Halted => "halted",
        XenGuestState.Running => "running",
        XenGuestState.Paused => "paused",
        XenGuestState.ShuttingDown => "shutting down",
        XenGuestState.Rebooting => "rebooting",
        XenGuestState.Crashed => "crashed",
        XenGuestState.Saved => "saved",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "not a state"),
    };
}
