namespace XenKube.Guests;

/// <summary>Ways to end what a guest is doing.</summary>
internal static class GuestRemedies
{
    /// <summary>For a guest that is not off.</summary>
    public static Remedy ForActive(XenGuestState state)
    {
        if (state == XenGuestState.Saved)
        {
            return "Restore it and stop it, or move the file that it is saved in to another place";
        }
        return $"Stop it first, or use {RemedyActionKind.ForceOption} to destroy it";
    }

    /// <summary>For a guest that is paused.</summary>
    public static Remedy ForPaused(string node) =>
        $"Let it go on first ({new RemedyAction(RemedyActionKind.ResumeGuest, node)}), or destroy it ({new RemedyAction(RemedyActionKind.DestroyGuest, node)})";

    /// <summary>For a guest that has crashed, or has ended and whose domain stays.</summary>
    public static Remedy ForEnded(string node) => $"Remove its domain: {new RemedyAction(RemedyActionKind.DestroyGuest, node)}";
}
