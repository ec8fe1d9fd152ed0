using System.Net;
using System.Net.Sockets;

namespace XenKube.Images.Transfer;

/// <summary>The answers and failures of a web server, in our words.</summary>
internal static class HttpFaults
{
    private const string ProxyRemedy = "Give the proxy's user and password in the variable https_proxy";

    /// <summary>Refuses an answer that is not the file.</summary>
    public static void Check(Uri uri, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
        {
            return;
        }
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            throw ReleaseTransport.NotFound(uri);
        }
        var reason = $"the server answered {status} {response.ReasonPhrase}".TrimEnd();
        if (status is 408 or 425 or 429 or 500 or 502 or 503 or 504)
        {
            throw new TransferBrokenException(reason, response.Headers.RetryAfter?.Delta);
        }
        throw new OperationFailedException(ErrorIds.ServerRefused, uri.ToString(), null, reason, status switch
        {
            407 => ProxyRemedy,
            // S3 and others answer 403 for what they do not have.
            401 or 403 =>
                (Remedy)$"The server forbids the file, or does not have it: check version, channel, board and image name, or name another server with {RemedyActionKind.BaseUriOption}",
            _ => (Remedy?)null,
        });
    }

    /// <summary>The error for an exception of .NET that came while the server was asked; null for another exception.</summary>
    public static Exception? Translate(Uri uri, Exception e, CancellationToken cancellationToken) => e switch
    {
        _ when cancellationToken.IsCancellationRequested => null,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            new OperationFailedException(ErrorIds.ServerNotTrusted, uri.ToString(), null,
                $"no secure connection: {SecureConnectionFault.Of(e, DateTimeOffset.UtcNow).Reason}",
                SecureConnectionFault.Of(e, DateTimeOffset.UtcNow).Remedy, e),
        // The proxy's refusal of a way through comes as text alone; asking again does not help.
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } when e.Message.Contains("'407'",
            StringComparison.Ordinal) =>
            new OperationFailedException(ErrorIds.ServerRefused, uri.ToString(), null,
                "the proxy answered 407, it wants a user and a password", ProxyRemedy, e),
        HttpRequestException or IOException or SocketException => new TransferBrokenException(e.Message, null, e),
        OperationCanceledException or TimeoutException => new TransferBrokenException("the server does not answer in time", null, e),
        _ => null,
    };
}
