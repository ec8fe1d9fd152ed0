using System.Text.Json;

namespace XenKube.Etcd;

/// <summary>What came of asking a member: its answer, or why there is none.</summary>
/// <param name="Endpoint">The member's address for clients.</param>
/// <param name="Json">The answer; undefined if the member did not answer.</param>
internal sealed record EtcdAnswer(string Endpoint, JsonElement Json)
{
    /// <summary>Why the member did not answer; null if it did.</summary>
    public string? Reason { get; init; }

    /// <summary>The member answered, and refused.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Another member may do what this one refused, and so may this one a little later (gRPC's code 14, UNAVAILABLE).</summary>
    public bool IsUnavailable { get; init; }

    /// <summary>How far the member's clock is ahead of this host's, by whole seconds; null where it names no time.</summary>
    public TimeSpan? Clock { get; init; }

    /// <summary>Why a member gave no answer, with its address.</summary>
    public string Failure => $"{new Uri(Endpoint).Host}: {Reason}";
}
