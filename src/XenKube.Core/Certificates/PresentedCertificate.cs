using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace XenKube.Certificates;

/// <summary>The certificate that a port presents.</summary>
internal static class PresentedCertificate
{
    /// <summary>The ports of an etcd member, and the roles of the certificates that it presents there.</summary>
    public static IReadOnlyList<(int Port, CertificateRole Role)> Ports { get; } =
        [(2379, CertificateRole.EtcdServer), (2380, CertificateRole.EtcdPeer)];

    /// <summary>Asks a port for its certificate. Nothing is sent over the connection.</summary>
    /// <param name="endpoint">Address and port.</param>
    /// <param name="client">What this side shows, so that the server does not log a stranger; null for nothing.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationFailedException">Nothing answers, or not with TLS.</exception>
    public static X509Certificate2 Read(IPEndPoint endpoint, LoadedCertificate? client, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        byte[]? presented = null;
        using var own = OwnOf(client);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.ConnectAsync(endpoint, limit.Token).AsTask().GetAwaiter().GetResult();
            using var stream = new SslStream(new NetworkStream(socket));
            stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = endpoint.Address.ToString(),
                ClientCertificates = own is null ? null : [own],
                // Every certificate is taken: it is compared with the file, and the connection carries nothing.
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    presented = certificate?.GetRawCertData();
                    return presented is not null;
                },
            }, limit.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (presented is null && (e is SocketException or IOException or AuthenticationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)))
        {
            throw new OperationFailedException(ErrorIds.ServerRefused, null, null, e is OperationCanceledException
                ? $"{endpoint} does not answer" : $"{endpoint}: {Printable.Of(e.Message)}", innerException: e);
        }
        catch (Exception e) when (presented is not null && e is IOException or AuthenticationException or OperationCanceledException)
        {
            // A server that does not accept this side has presented its own certificate before.
        }
        cancellationToken.ThrowIfCancellationRequested();
        return presented is not null ? X509CertificateLoader.LoadCertificate(presented)
            : throw new OperationFailedException(ErrorIds.ServerReplyInvalid, null, null, $"{endpoint} presents no certificate");
    }

    private static X509Certificate2? OwnOf(LoadedCertificate? client)
    {
        try
        {
            return client?.Certificate is null ? null : X509Certificate2.CreateFromPemFile(client.Path, client.KeyPath);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException || e.IsFileTrouble())
        {
            return null;
        }
    }
}
