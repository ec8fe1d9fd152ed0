namespace XenKube.Guests;

/// <summary>A domain as xl lists it.</summary>
/// <param name="Id">Its number, new at each start.</param>
/// <param name="Name">Its name; empty while xl removes it.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Memory">Memory in MiB.</param>
/// <param name="VCpu">Virtual processors.</param>
/// <param name="CpuTime">Processor time used so far.</param>
public sealed record XenDomain(int Id, string Name, XenGuestState State, long Memory, int VCpu, TimeSpan CpuTime)
{
    /// <summary>The six letters in which xl writes the state: <c>-b----</c>.</summary>
    public string XlState { get; init; } = "";

    /// <summary>Its unique id; empty where xl does not say.</summary>
    public Guid Uuid { get; init; }

    /// <summary>Its MAC addresses.</summary>
    public IReadOnlyList<string> MacAddresses { get; init; } = [];

    /// <summary>The images and devices attached to it that it can write to.</summary>
    public IReadOnlyList<string> WritableDisks { get; init; } = [];

    /// <summary>All images and devices attached to it.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
