using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using XenKube.Files;

namespace XenKube.Hosting;

/// <summary>Fetches a published config as the guest would: over HTTP, without a proxy, following no redirection.</summary>
public static class IgnitionEndpoint
{
    private const int MaxLength = 64 * 1024 * 1024;

    private static readonly FileReadErrors NotPublished = new FileReadErrors(ErrorIds.IgnitionNotPublished, ErrorIds.FileNotReadable,
        ErrorIds.FileInvalid);

    /// <summary>Fetches and compares.</summary>
    /// <param name="uri">Where the guest is sent.</param>
    /// <param name="publishedPath">The file that was published; null to fetch only.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidInputException">The URL is not one of HTTP (<c>ConfigUriInvalid</c>).</exception>
    public static IgnitionEndpointResult Test(Uri uri, string? publishedPath, TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.IsAbsoluteUri || uri.Scheme is not ("http" or "https"))
        {
            throw new InvalidInputException(ErrorIds.ConfigUriInvalid, null, null,
                $"'{Printable.Of(uri.OriginalString)}' is not a URL from which a config can be fetched here", "Give an absolute http or https URL");
        }
        var expected = publishedPath is null ? "" : Convert.ToHexStringLower(
            SHA256.HashData(WholeFile.Read(publishedPath, MaxLength, NotPublished, regularOnly: true, cancellationToken)));
        var watch = Stopwatch.StartNew();
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None };
        using var client = new HttpClient(handler) { Timeout = timeout, MaxResponseContentBufferSize = MaxLength };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            request.Headers.UserAgent.ParseAdd("XenKube");
            using var response = client.Send(request, cancellationToken);
            using var content = new MemoryStream();
            response.Content.ReadAsStream(cancellationToken).CopyTo(content);
            var digest = Convert.ToHexStringLower(SHA256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length)));
            var status = (int)response.StatusCode;
            var problem = status != 200 ? StatusProblem(status)
                : expected.Length > 0 && digest != expected ? string.Create(CultureInfo.InvariantCulture,
                    $"what is served ({content.Length} bytes) is not what was published: another server answers there, or it serves another directory")
                : "";
            return new(uri, status, response.Content.Headers.ContentType?.ToString()
                ?? "", content.Length, digest, expected, watch.Elapsed, problem) { Advice = status == 404 ? Publish(uri) : null };
        }
        catch (HttpRequestException e)
        {
            var isRefused = e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
            return Nothing(isRefused
                ? "nobody listens there" : $"cannot be fetched: {Printable.Of(e.InnerException?.Message ?? e.Message)}")
                    with { IsRefused = isRefused, Advice = isRefused ? Serve : null };
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Nothing(string.Create(CultureInfo.InvariantCulture,
                $"no answer within {timeout.TotalSeconds:0.#} s: is the address that of the bridge, and the port open in the firewall?"));
        }
        catch (IOException e)
        {
            return Nothing($"the answer broke off: {Printable.Of(e.Message)}");
        }

        IgnitionEndpointResult Nothing(string problem) => new(uri, 0, "", 0, "", expected, watch.Elapsed, problem);
    }

    private static Remedy Serve =>
        $"Start nginx ({new RemedyAction(RemedyActionKind.SetUpHost, "site")}) or the embedded server ({RemedyActionKind.ServeConfigs})";

    private static Remedy Publish(Uri uri) =>
        $"Publish the config ({new RemedyAction(RemedyActionKind.PublishConfig, NodeOf(uri))}), or let the server serve the directory that {uri.AbsolutePath} is in";

    // http://dom0/CLUSTER/NODE.json
    private static string NodeOf(Uri uri) => Uri.UnescapeDataString(Path.ChangeExtension(uri.AbsolutePath, null).TrimStart('/'));

    private static string StatusProblem(int status) => status switch
    {
        404 => "not found",
        403 => "the server may not read it: its user needs read access to the file and the directories above",
        >= 300 and < 400 => "the server redirects the guest, and redirections are not followed",
        _ => string.Create(CultureInfo.InvariantCulture, $"the server answers with status {status}"),
    };
}
