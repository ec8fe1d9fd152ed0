using System.Net;

namespace XenKube.Hosting.Nginx;

/// <summary>What a line of the access log says.</summary>
/// <param name="Time">When the answer was complete.</param>
/// <param name="Address">The client's address; 255.255.255.255 where the format does not have it.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">What was asked for, with percent escapes and query.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Bytes">Bytes of content; 0 where the format does not have them.</param>
/// <param name="UserAgent">What the client calls itself; empty where the format does not have it.</param>
internal sealed record IgnitionLogLine(DateTimeOffset Time, IPAddress Address, string Method, string Target, int Status, long Bytes,
    string UserAgent);
