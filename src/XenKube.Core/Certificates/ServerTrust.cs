using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace XenKube.Certificates;

/// <summary>
/// Judges the certificates that servers present to their clients, and keeps what it saw: until when each is valid, and in words why one is
/// not taken. What .NET says of a refused certificate does not name the addresses or the dates.
/// </summary>
/// <param name="authorities">The authorities that are trusted.</param>
internal sealed class ServerTrust(X509Certificate2Collection authorities)
{
    private readonly ConcurrentDictionary<string, (DateTimeOffset End, string? Fault)> _seen = [];

    /// <summary>Whether a certificate is that of the server at an address.</summary>
    public bool Judge(string address, X509Certificate? presented, SslPolicyErrors errors)
    {
        if (presented is null)
        {
            return false;
        }
        using var certificate = X509CertificateLoader.LoadCertificate(presented.GetRawCertData());
        var fault = errors == SslPolicyErrors.None ? null
            : CertificateRules.Chain(certificate, authorities)
                ?? CertificateRules.Dates(certificate, DateTimeOffset.UtcNow)
                ?? CertificateRules.Names(certificate, [address])
                ?? $"it is not accepted: {errors}";
        _seen[address] = (CertificateFile.End(certificate), fault is null ? null : $"its certificate is wrong: {fault}");
        return fault is null;
    }

    /// <summary>Why the certificate of the server at an address was not taken; null where it was, or was not seen.</summary>
    public string? FaultOf(string address) => _seen.TryGetValue(address, out var seen) ? seen.Fault : null;

    /// <summary>Until when the certificate of the server at an address is valid; null where it was not seen.</summary>
    public DateTimeOffset? EndOf(string address) => _seen.TryGetValue(address, out var seen) ? seen.End : null;
}
