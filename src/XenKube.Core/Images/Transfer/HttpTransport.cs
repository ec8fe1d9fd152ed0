using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace XenKube.Images.Transfer;

/// <summary>
/// Releases of a web server. Proxies are those of the environment. Redirections are followed by hand, since none may
/// lead from https to http.
/// </summary>
internal sealed partial class HttpTransport : ReleaseTransport
{
    private const int MostRedirections = 10;
    private const int LargestListing = 4 << 20;

    private readonly Uri _base;
    private readonly HttpMessageInvoker _client;
    private readonly EnvironmentProxy _proxy = new();

    public HttpTransport(Uri place, HttpMessageHandler? handler = null)
    {
        _base = place;
        _client = new HttpMessageInvoker(handler ?? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            UseCookies = false,
            Proxy = _proxy,
        });
    }

    public override Uri UriOf(string path) => new(_base, string.Join('/', path.Split('/').Select(Uri.EscapeDataString)));

    public override Task<byte[]?> ReadSmallAsync(string path, int limit, CancellationToken cancellationToken, bool isOptional = false) =>
        RetryAsync(UriOf(path).ToString(), () => ReadOnceAsync(UriOf(path), limit, isOptional
            ? [HttpStatusCode.Forbidden] : [], cancellationToken), cancellationToken);

    public override async Task<IReadOnlyList<string>> ListDirectoriesAsync(string path, CancellationToken cancellationToken)
    {
        var page = await RetryAsync(UriOf(path).ToString(), () =>
            ReadOnceAsync(new Uri(UriOf(path).AbsoluteUri + "/"), LargestListing, missing: null, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        return page is null ? [] : [.. Links().Matches(Encoding.Latin1.GetString(page))
            .Select(match => Uri.UnescapeDataString(match.Groups[1].Value).TrimEnd('/')).Distinct()];
    }

    public override async Task<RemoteContent> OpenAsync(string path, long offset, TransferState? known, CancellationToken cancellationToken)
    {
        var uri = UriOf(path);
        var resume = offset > 0 && known is { CanResume: true } && known.Uri == uri.AbsoluteUri;
        var response = await SendAsync(uri, request => Ask(request, resume ? offset : 0, resume ? known!.RangeMark : null),
            cancellationToken).ConfigureAwait(false);
        try
        {
            if (resume && response.StatusCode == HttpStatusCode.OK && known!.RangeMark is not null
                && known.IsSameFile(StateOf(uri, response)))
            {
                // It is the same file, and still the whole of it: some servers do not follow If-Range. A part of it without that
                // is compared with what is there all the same.
                response.Dispose();
                response = await SendAsync(uri, request => Ask(request, offset, null), cancellationToken).ConfigureAwait(false);
            }
            if (resume && response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                // The server has less than we have, or exactly that: the start over tells.
                response.Dispose();
                return await OpenAsync(path, 0, null, cancellationToken).ConfigureAwait(false);
            }
            HttpFaults.Check(uri, response);
            ReplyCheck.RefuseEncoded(uri, response);
            ReplyCheck.RefusePage(uri, response, []);
            var state = StateOf(uri, response) with { IgnoresRanges = resume && response.StatusCode == HttpStatusCode.OK
                && known!.IsSameFile(StateOf(uri, response)) };
            var start = 0L;
            if (response.StatusCode == HttpStatusCode.PartialContent)
            {
                if (!resume || response.Content.Headers.ContentRange?.From != offset || !known!.IsSameFile(state))
                {
                    // Not what was asked for, or part of another file.
                    response.Dispose();
                    return resume ? await OpenAsync(path, 0, null, cancellationToken).ConfigureAwait(false)
                        : throw new OperationFailedException(ErrorIds.ServerReplyInvalid, uri.ToString(), null,
                            "the server sent a part where all was asked for");
                }
                start = offset;
            }
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return new RemoteContent(stream, start, state, response);
        }
        catch (Exception e) when (HttpFaults.Translate(uri, e, cancellationToken) is { } broken)
        {
            response.Dispose();
            throw broken;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static void Ask(HttpRequestMessage request, long offset, string? mark)
    {
        if (offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(offset, null);
        }
        if (mark is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Range", mark);
        }
    }

    private static TransferState StateOf(Uri uri, HttpResponseMessage response)
    {
        var content = response.Content.Headers;
        var refusesRanges = response.Headers.AcceptRanges.Contains("none");
        return new TransferState(uri.AbsoluteUri, response.Headers.ETag?.ToString(), LastModified(response), content.ContentRange?.Length
            ?? content.ContentLength) { IgnoresRanges = refusesRanges };
    }

    public override OperationFailedException GiveUp(string what, TransferBrokenException last, TransferState? state = null)
    {
        var (reason, remedy) = Explain(_base, last, state);
        if (_proxy.Describe(_base) is { } proxy && !_base.Host.EndsWith(".core-os.net", StringComparison.OrdinalIgnoreCase))
        {
            reason = $"{reason} (asked by way of the proxy {Printable.Of(proxy)})";
            remedy = $"Check the proxy, or list {_base.Host} in the variable no_proxy if it is reached without one";
        }
        return new OperationFailedException(last.IsNameUnknown ? ErrorIds.ServerNotFound : ErrorIds.TransferFailed,
            what, null, reason, remedy, last);
    }

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    /// <summary>Where a redirection leads.</summary>
    /// <exception cref="OperationFailedException">It must not be followed.</exception>
    internal static Uri Follow(Uri from, Uri? to)
    {
        if (to is null)
        {
            throw new OperationFailedException(ErrorIds.ServerReplyInvalid, from.ToString(), null, "the server redirects to nowhere");
        }
        var target = new Uri(from, to);
        if (target.Scheme != Uri.UriSchemeHttps && (target.Scheme != Uri.UriSchemeHttp || from.Scheme == Uri.UriSchemeHttps))
        {
            throw new OperationFailedException(ErrorIds.RedirectNotSecure, from.ToString(), null,
                $"the server redirects to {target}, which is not followed",
                $"Name a server whose https leads to https, or an http one knowingly, with {RemedyActionKind.BaseUriOption}");
        }
        return target;
    }

    private static (string Reason, Remedy Remedy) Explain(Uri place, TransferBrokenException last, TransferState? state)
    {
        if (place.Host.EndsWith(".core-os.net", StringComparison.OrdinalIgnoreCase))
        {
            return ($"{last.Message}. CoreOS ended in May 2020 and its servers are gone",
                $"Name a mirror, or a directory with the files, with {RemedyActionKind.BaseUriOption}");
        }
        if (last.IsNameUnknown)
        {
            return ($"the server '{place.Host}' is not known: {last.Message}",
                $"Check the network and the name, or name a mirror or a directory with {RemedyActionKind.BaseUriOption}");
        }
        return (last.Message, Again(state));
    }

    // As the server wrote it, since If-Range compares text.
    private static string? LastModified(HttpResponseMessage response) =>
        response.Content.Headers.TryGetValues("Last-Modified", out var values) ? values.FirstOrDefault() : null;

    private async Task<byte[]?> ReadOnceAsync(Uri uri, int limit, HttpStatusCode[]? missing, CancellationToken cancellationToken)
    {
        var isPage = missing is null;
        using var response = await SendAsync(uri, _ => { }, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone
            || (isPage ? !response.IsSuccessStatusCode : missing!.Contains(response.StatusCode)))
        {
            return null;
        }
        HttpFaults.Check(uri, response);
        ReplyCheck.RefuseEncoded(uri, response);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(Retry.Silence);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
            using var content = new MemoryStream();
            var buffer = new byte[16384];
            int count;
            while ((count = await stream.ReadAsync(buffer, silence.Token).ConfigureAwait(false)) > 0)
            {
                content.Write(buffer, 0, count);
                if (content.Length > limit)
                {
                    throw new OperationFailedException(ErrorIds.FileTooLarge, uri.ToString(), null,
                        $"is larger than the {limit} bytes that such a file may have");
                }
            }
            if (!isPage)
            {
                ReplyCheck.RefusePage(uri, response, content.ToArray());
            }
            return content.ToArray();
        }
        catch (Exception e) when (HttpFaults.Translate(uri, e, cancellationToken) is { } broken)
        {
            throw broken;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri uri, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken)
    {
        var target = uri;
        for (var redirections = 0; ; redirections++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, target);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("XenKube",
                typeof(HttpTransport).Assembly.GetName().Version?.ToString(3)));
            request.Headers.AcceptEncoding.ParseAdd("identity");
            prepare(request);
            HttpResponseMessage response;
            using (var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                silence.CancelAfter(Retry.Silence);
                try
                {
                    response = await _client.SendAsync(request, silence.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (HttpFaults.Translate(target, e, cancellationToken) is { } broken)
                {
                    throw broken;
                }
            }
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
            {
                return response;
            }
            var next = response.Headers.Location;
            response.Dispose();
            target = redirections < MostRedirections ? Follow(target, next)
                : throw new OperationFailedException(ErrorIds.ServerReplyInvalid, uri.ToString(), null, "the server redirects in circles");
        }
    }

    // Directories in the listings of nginx, Apache and the release servers.
    // A mirror writes the listing: the time must not grow with the square of its length.
    [GeneratedRegex("""<a\s[^>]*?href\s*=\s*["']?(?:\./)?([^"'/?#<>\s]+)/["']?""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, PatternLimit.Milliseconds)]
    private static partial Regex Links();
}
