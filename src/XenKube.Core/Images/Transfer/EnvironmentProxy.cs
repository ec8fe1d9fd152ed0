using System.Net;

namespace XenKube.Images.Transfer;

/// <summary>
/// The proxies of the environment: <c>http_proxy</c>, <c>https_proxy</c>, <c>all_proxy</c>, and <c>no_proxy</c> as curl reads it.
/// </summary>
internal sealed class EnvironmentProxy : IWebProxy, ICredentials
{
    private readonly (string Variable, Uri? Uri) _http;
    private readonly (string Variable, Uri? Uri) _https;
    private readonly NoProxyList _except;

    /// <summary>Reads the variables.</summary>
    /// <param name="variable">Gives a variable; null for those of this process.</param>
    public EnvironmentProxy(Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        // A web server gives the header Proxy: of a request to its programs as HTTP_PROXY.
        string[] upper = variable("GATEWAY_INTERFACE") is null ? ["HTTP_PROXY"] : [];
        _http = First(variable, ["http_proxy", .. upper, "all_proxy", "ALL_PROXY"]);
        _https = First(variable, ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]);
        _except = new NoProxyList(variable("no_proxy") ?? variable("NO_PROXY") ?? "");
    }

    /// <summary>Users and passwords in the URIs of the proxies.</summary>
    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => Find(destination).Uri is { } proxy ? new UriBuilder(proxy)
        { UserName = "", Password = "" }.Uri : null;

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => Find(host).Uri is null;

    /// <inheritdoc/>
    public NetworkCredential? GetCredential(Uri uri, string authType)
    {
        var proxy = new[] { _http.Uri, _https.Uri }.FirstOrDefault(proxy =>
            proxy is { UserInfo.Length: > 0 } && proxy.Host == uri.Host && proxy.Port == uri.Port);
        return proxy?.UserInfo.Split(':', 2) is { } parts ? new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1
            ? Uri.UnescapeDataString(parts[1]) : "") : null;
    }

    /// <summary>
    /// The proxy by which a server is asked, for a message: its address without a password, and the variable; null for none.
    /// </summary>
    /// <param name="destination">The server.</param>
    public string? Describe(Uri destination) => Find(destination) is { Uri: { } proxy } found
        ? $"{proxy.Host}:{proxy.Port} of the variable {found.Variable}" : null;

    private (string Variable, Uri? Uri) Find(Uri destination) =>
        _except.Has(destination.IdnHost) ? ("", null) : destination.Scheme == Uri.UriSchemeHttps ? _https : _http;

    private static (string Variable, Uri? Uri) First(Func<string, string?> variable, string[] names)
    {
        var name = names.FirstOrDefault(name => !string.IsNullOrWhiteSpace(variable(name)));
        if (name is null)
        {
            return ("", null);
        }
        var text = variable(name)!.Trim();
        var written = text.Contains("://", StringComparison.Ordinal)
            ? text.Replace("socks5h://", "socks5://", StringComparison.OrdinalIgnoreCase) : $"http://{text}";
        return Uri.TryCreate(written, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https" or "socks4" or "socks4a" or "socks5" ? (name, uri)
            : throw new InvalidInputException(ErrorIds.ProxyInvalid, null, name, "is not the address of a proxy",
                "Write it like http://proxy.example:3128");
    }
}
