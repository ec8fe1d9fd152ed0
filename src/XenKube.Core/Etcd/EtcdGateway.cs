using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using XenKube.Certificates;
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
    private readonly X509Certificate2 _own;
    private readonly TimeSpan _timeout;

    /// <summary>Takes the files that a client shows and trusts.</summary>
    /// <param name="authority">The certificates of the authority.</param>
    /// <param name="certificate">The client's certificate.</param>
    /// <param name="key">Its key.</param>
    /// <param name="timeout">The longest time of one request.</param>
    /// <exception cref="InvalidInputException">They cannot be read.</exception>
    public EtcdGateway(string authority, string certificate, string key, TimeSpan timeout)
        : this(authority, Open(certificate, key), timeout)
    {
    }

    /// <summary>Takes a client's certificate that need not be in a file.</summary>
    /// <param name="authority">The certificates of the authority.</param>
    /// <param name="own">The client's certificate with its key.</param>
    /// <param name="timeout">The longest time of one request.</param>
    /// <exception cref="InvalidInputException">The authority cannot be read.</exception>
    public EtcdGateway(string authority, X509Certificate2 own, TimeSpan timeout)
    {
        var trusted = CertificateFile.TryRead(authority) ?? throw new InvalidInputException(ErrorIds.CertificateInvalid, authority, null,
            "does not exist, and no member can be trusted without it");
        (_own, _timeout) = (own, timeout);
        Trust = new ServerTrust(trusted);
        _client = Trust.Connect(own, timeout, LargestAnswer);
    }

    /// <summary>What was seen of the members' certificates.</summary>
    public ServerTrust Trust { get; }

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
        return LooseJson.Text(answer.Json, "health") == "true";
    }

    /// <summary>
    /// Asks a member for an answer that comes in parts, each a line of JSON (<see cref="JsonLines"/>).
    /// </summary>
    /// <param name="endpoint">Its address for clients.</param>
    /// <param name="method">The method, such as <c>/v3/maintenance/snapshot</c>.</param>
    /// <param name="take">Takes a part.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Why the answer was not read to its end; null if it was.</returns>
    public async Task<EtcdAnswer?> StreamAsync(string endpoint, string method, Action<JsonElement> take,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            using var content = new StringContent("{}", Encoding.UTF8, "application/json");
            using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(endpoint), method)) { Content = content };
            limit.CancelAfter(_timeout);
            using var response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token)
                .ConfigureAwait(false);
            using var lines = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            var fault = await new JsonLines(_timeout).ReadAsync(
                lines,
                part =>
                {
                    if (LooseJson.Find(part, "error") is { ValueKind: not JsonValueKind.Undefined } error)
                    {
                        return LooseJson.Text(error, "message") ?? error.ToString();
                    }
                    take(part);
                    return null;
                },
                limit).ConfigureAwait(false);
            return fault is null ? null : Failed(endpoint, fault) with { IsRefused = true };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Failed(endpoint, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _own.Dispose();
    }

    private static X509Certificate2 Open(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException || e.IsFileTrouble())
        {
            throw new InvalidInputException(ErrorIds.CertificateInvalid, certificate, null,
                "cannot be used as a client's certificate", innerException: e);
        }
    }

    private async Task<EtcdAnswer> AskAsync(string endpoint, HttpMethod verb, string path, HttpContent? content,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_timeout);
        try
        {
            using var message = new HttpRequestMessage(verb, new Uri(new Uri(endpoint), path)) { Content = content };
            var start = Stopwatch.GetTimestamp();
            using var response = await _client.SendAsync(message, limit.Token).ConfigureAwait(false);
            var took = Stopwatch.GetElapsedTime(start);
            var bytes = await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false);
            using var document = JsonDocument.Parse(bytes);
            var answer = document.RootElement.Clone();
            // /health answers 503 with the same JSON where the member is not healthy.
            return response.IsSuccessStatusCode || path == HealthPath
                ? new EtcdAnswer(endpoint, answer) { Clock = ClockOf(response.Headers.Date, took) }
                : Failed(endpoint,
                    LooseJson.Text(answer, "error") ?? LooseJson.Text(answer, "message") ?? $"HTTP {(int)response.StatusCode}") with
                {
                    IsRefused = true,
                    IsUnavailable = LooseJson.Number(answer, "code") == UnavailableCode,
                };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Failed(endpoint, e);
        }
    }

    /// <summary>
    /// How far a member's clock is ahead of this host's: the member names the second in which it answered, at some time during the request.
    /// </summary>
    private static TimeSpan? ClockOf(DateTimeOffset? date, TimeSpan took)
    {
        if (date is not { } named)
        {
            return null;
        }
        var now = DateTimeOffset.UtcNow;
        var (least, most) = (named - now, named.AddSeconds(1) - (now - took));
        return least > TimeSpan.Zero ? least : most < TimeSpan.Zero ? most : TimeSpan.Zero;
    }

    private EtcdAnswer Failed(string endpoint, Exception e) => Failed(endpoint, Trust.FaultOf(HostOf(endpoint)) ?? e switch
    {
        OperationCanceledException => "does not answer in time",
        JsonException => "answers with something else than JSON",
        _ => e.GetBaseException().Message,
    });

    /// <summary>The host of an address, without the brackets of one of IPv6.</summary>
    public static string HostOf(string endpoint) => new Uri(endpoint).Host.Trim('[', ']');

    private static EtcdAnswer Failed(string endpoint, string reason) => new(endpoint, default) { Reason = Printable.Of(reason) };
}
