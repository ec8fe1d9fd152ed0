using System.Net;

namespace XenKube.Hosting;

/// <summary>The guest that a config is for.</summary>
/// <param name="Address">The address that is reserved for it; null where none is, so that nobody can say which address it will
/// have.</param>
/// <param name="IsTaken">Whether an address is reserved for another guest.</param>
public sealed record IgnitionReader(IPAddress? Address, Func<IPAddress, bool> IsTaken);
