using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using XenKube.Files;

namespace XenKube.Etcd;

/// <summary>
/// etcd's gateway for JSON (grpc-gateway), which every member serves at its address for clients since etcd 3.4 under <c>/v3</c>. Numbers
/// of 64 bits are texts in it. One is made for a command, and asks several members at once.
/// </summary>
internal sealed class EtcdGateway : IDisposable
{
    private const int LargestAnswer = 16 * 1024 * 1024;
    private const string HealthPath = "/health";
    private const int UnavailableCode = 14;

    private readonly HttpClient _client;
    private readonly X509Certificate2? _own;

    /// <summary>Takes the files that a client shows and trusts.</summary>
    /// <param name="authority">The certificates of the authority.</param>
    /// <param name="certificate">The client's certificate.</param>
    /// <param name="key">Its key.</param>
    /// <param name="timeout">The longest time of one request.</param>
    /// <exception cref="InvalidInputException">They cannot be read.</exception>
    public EtcdGateway(string authority, string certificate, string key, TimeSpan timeout)
    {
        try
        {
            var trusted = new X509Certificate2Collection();
            trusted.ImportFromPem(Encoding.Latin1.GetString(WholeFile.Read(authority, 1 << 20, regularOnly: true)));
            _own = X509Certificate2.CreateFromPemFile(certificate, key);
            var policy = new X509ChainPolicy
                { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(trusted);
            var handler = new SocketsHttpHandler
            {
                UseProxy = false,
                AllowAutoRedirect = false,
                ConnectTimeout = timeout,
                SslOptions = new SslClientAuthenticationOptions { ClientCertificates = [_own], CertificateChainPolicy = policy },
            };
            _client = new HttpClient(handler) { Timeout = timeout, MaxResponseContentBufferSize = LargestAnswer };
        }
        catch (Exception e) when (e is CryptographicException || e.IsFileTrouble())
        {
            throw new InvalidInputException(ErrorIds.CertificateInvalid, certificate, null,
                "cannot be used as a client's certificate", innerException: e);
        }
    }

    /// <summary>Asks a member. A member that does not answer, or refuses, is not an exception.</summary>
    /// <param name="endpoint">Its address for clients.</param>
    /// <param name="method">The method, such as <c>/v3/cluster/member/list</c>.</param>
    /// <param name="request">The JSON of the request.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<EtcdAnswer> PostAsync(string endpoint, string method, string request, CancellationToken cancellationToken)
    {
        using var content = new StringContent(request, Encoding.UTF8, "application/json");
        return await AskAsync(endpoint, HttpMethod.Post, method, content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a member says that it is healthy: it can have a proposal agreed.</summary>
    public async Task<bool> IsHealthyAsync(string endpoint, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(endpoint, HttpMethod.Get, HealthPath, null, cancellationToken).ConfigureAwait(false);
        return Text(answer.Json, "health") == "true";
    }

    /// <summary>A text of an answer; null where it is not there.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.ToString() : null;

    /// <summary>A number of an answer, which is a text in it; null where it is not there.</summary>
    public static ulong? Number(JsonElement element, string name) =>
        ulong.TryParse(Text(element, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _own?.Dispose();
    }

    private async Task<EtcdAnswer> AskAsync(string endpoint, HttpMethod verb, string path, HttpContent? content,
        CancellationToken cancellationToken)
    {
        try
        {
            using var message = new HttpRequestMessage(verb, new Uri(new Uri(endpoint), path)) { Content = content };
            using var response = await _client.SendAsync(message, cancellationToken).ConfigureAwait(false);
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            using var document = JsonDocument.Parse(bytes);
            var answer = document.RootElement.Clone();
            // /health answers 503 with the same JSON where the member is not healthy.
            return response.IsSuccessStatusCode || path == HealthPath ? new EtcdAnswer(endpoint, answer)
                : Failed(endpoint, Text(answer, "error") ?? Text(answer, "message") ?? $"HTTP {(int)response.StatusCode}") with
                {
                    IsRefused = true,
                    IsUnavailable = Number(answer, "code") == UnavailableCode,
                };
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Failed(endpoint, e is TaskCanceledException ? "does not answer in time" : Innermost(e));
        }
        catch (JsonException)
        {
            return Failed(endpoint, "answers with something else than JSON");
        }
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
        {
            e = inner;
        }
        return e.Message;
    }

    private static EtcdAnswer Failed(string endpoint, string reason) => new(endpoint, default) { Reason = Printable.Of(reason) };
}
