using System.Net;

namespace XenKube.Hosting.Time;

/// <summary>The network that is to have the time.</summary>
/// <param name="Dom0">dom0's address there.</param>
/// <param name="First">The network's first address.</param>
/// <param name="PrefixLength">Bits of its prefix.</param>
/// <param name="Broadcast">Its broadcast address.</param>
/// <param name="Bridge">The bridge; empty where it is not known.</param>
internal sealed record ServedNetwork(IPAddress Dom0, IPAddress First, int PrefixLength, IPAddress Broadcast, string Bridge)
{
    /// <summary>The network as a block of addresses.</summary>
    public (uint First, int Length) Block => (AccessTable.Number(First), PrefixLength);
}
