using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using XenKube.Certificates;

namespace XenKube.Kube;

/// <summary>Asks an API server whether it is there and takes what a kubeconfig shows.</summary>
internal static class KubeServer
{
    private const string Name = "connection";
    private const int LargestAnswer = 64 * 1024;

    /// <summary>Asks for the version, which every API server tells those that it knows.</summary>
    /// <param name="address">Address of the server.</param>
    /// <param name="serverName">The name in the server's certificate, if it is not that of the address.</param>
    /// <param name="authorities">The authorities that are trusted; null for those of the system.</param>
    /// <param name="isAnyTrusted">True to trust every server.</param>
    /// <param name="identity">What is shown to it.</param>
    /// <param name="token">The user's token; null for none.</param>
    /// <param name="timeout">The longest time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static CheckResult Ask(Uri address, string? serverName, X509Certificate2Collection? authorities, bool isAnyTrusted,
        KubeIdentity identity, string? token, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var own = identity.Open();
        var trust = new ServerTrust(authorities ?? []);
        using var client = trust.Connect(own, timeout, LargestAnswer,
            errors => isAnyTrusted || (authorities is null && errors == SslPolicyErrors.None));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var host = serverName ?? address.Host.Trim('[', ']');
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address.OriginalString.TrimEnd('/') + "/version"));
            // The name that TLS asks for is that of this header.
            request.Headers.Host = serverName;
            if (token is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }
            using var response = client.Send(request, limit.Token);
            return response.StatusCode switch
            {
                HttpStatusCode.Unauthorized => new CheckResult(Name, CheckStatus.Fail, "the server does not know the user (HTTP 401)",
                    "Have the server's --client-ca-file name the authority that signed the user's certificate"),
                HttpStatusCode.Forbidden => new CheckResult(Name, CheckStatus.Warn,
                    "the server knows the user, who may not even ask for its version (HTTP 403)", "Give the user's group a role"),
                var status when (int)status is >= 200 and < 300 => new CheckResult(Name, CheckStatus.Pass, "the server answers"),
                // nginx says 400 where it does not take a client's certificate.
                var status => new CheckResult(Name, CheckStatus.Fail, $"the server answers HTTP {(int)status}",
                    "See the log of the API server"),
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or FormatException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new CheckResult(Name, CheckStatus.Fail, trust.FaultOf(host) is { } fault ? $"the server is not trusted: {fault}"
                : e is OperationCanceledException ? "the server does not answer in time" : Printable.Of(e.GetBaseException().Message),
                "Check the address of the server, that it runs, and that its certificate is for this address");
        }
    }
}
