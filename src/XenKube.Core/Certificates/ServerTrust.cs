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

    /// <summary>
    /// A client that shows a certificate of its own and talks to servers whose certificates are taken, without a proxy and without
    /// following anybody elsewhere.
    /// </summary>
    /// <param name="own">The client's certificate with its key; null for none.</param>
    /// <param name="timeout">The longest time for a connection.</param>
    /// <param name="largestAnswer">The longest answer that is kept, in bytes.</param>
    /// <param name="takes">
    /// Whether a server is taken, by what the system makes of its certificate, without a look at the authorities; null for never.
    /// </param>
    public HttpClient Connect(X509Certificate2? own, TimeSpan timeout, int largestAnswer, Func<SslPolicyErrors, bool>? takes = null)
    {
        X509ChainPolicy? policy = null;
        if (takes is null || authorities.Count > 0)
        {
            policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
        }
        return new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = timeout,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = own is null ? [] : [own],
                CertificateChainPolicy = policy,
                RemoteCertificateValidationCallback = (sender, presented, _, errors) => takes?.Invoke(errors) == true
                    || (policy is not null && Judge(((SslStream)sender).TargetHostName, presented, errors)),
            },
        })
        { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = largestAnswer };
    }

    /// <summary>Why the certificate of the server at an address was not taken; null if it was taken, or was not seen.</summary>
    public string? FaultOf(string address) => _seen.TryGetValue(address, out var seen) ? seen.Fault : null;

    /// <summary>Until when the certificate of the server at an address is valid; null if it was not seen.</summary>
    public DateTimeOffset? EndOf(string address) => _seen.TryGetValue(address, out var seen) ? seen.End : null;
}
