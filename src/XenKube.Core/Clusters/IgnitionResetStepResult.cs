namespace XenKube.Clusters;

/// <summary>What one step of a reset did.</summary>
/// <param name="Step">The step.</param>
/// <param name="Changed">False where everything was as it should be already.</param>
/// <param name="Message">What happened, in the guide's words.</param>
/// <param name="Duration">How long it took.</param>
public sealed record IgnitionResetStepResult(IgnitionResetStep Step, bool Changed, string Message, TimeSpan Duration)
{
    /// <inheritdoc/>
    public override string ToString() => Message;
}
