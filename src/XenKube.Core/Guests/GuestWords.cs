namespace XenKube.Guests;

/// <summary>States of guests in a sentence.</summary>
internal static class GuestWords
{
    /// <summary>What follows "the guest has" of one whose domain stays after its end.</summary>
    public const string Left = "shut down, and its xl, which would remove its domain, is not there any more";

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
