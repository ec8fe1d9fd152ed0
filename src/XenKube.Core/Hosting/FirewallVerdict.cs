namespace XenKube.Hosting;

/// <summary>What becomes of the packets to a port: the answer of all rules together, as the kernel would give it.</summary>
/// <param name="Port">The port.</param>
/// <param name="Status">Whether the packets arrive.</param>
/// <param name="Reason">The rule or policy that decides; empty where none does.</param>
/// <param name="Line">Its line, from 1; 0 where no line of the file decides.</param>
public sealed record FirewallVerdict(FirewallPort Port, FirewallStatus Status, string Reason, int Line)
{
    /// <summary>True if every packet arrives.</summary>
    public bool IsOpen => Status == FirewallStatus.Open;

    /// <inheritdoc/>
    public override string ToString() => Status switch
    {
        FirewallStatus.Open => "open",
        FirewallStatus.Closed => Reason.Length == 0 ? "closed" : $"closed by {Reason}",
        _ => $"cannot tell: {Reason}",
    };
}
