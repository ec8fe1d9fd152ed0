using System.Text;

namespace XenKube.Images.Transfer;

/// <summary>Recognises replies that are not the file that was asked for, though the server says 200.</summary>
internal static class ReplyCheck
{
    // Servers that give a type to what a name ends in say so of files that are compressed themselves.
    private static readonly string[] OwnEncodings = ["x-bzip2", "bzip2", "identity", "aws-chunked"];

    /// <summary>Refuses a body that is compressed on the way, which nobody asked for: its bytes are not those that were signed.</summary>
    /// <param name="uri">What was asked for.</param>
    /// <param name="response">The reply.</param>
    /// <exception cref="OperationFailedException">It is compressed.</exception>
    public static void RefuseEncoded(Uri uri, HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentEncoding.FirstOrDefault(encoding =>
            !OwnEncodings.Contains(encoding, StringComparer.OrdinalIgnoreCase)) is { } encoding)
        {
            throw new OperationFailedException(ErrorIds.ServerReplyInvalid, uri.ToString(), null,
                $"the server, or a proxy before it, sends the file compressed as {Printable.Of(encoding)}, which was not asked for",
                $"Turn that off for this server (in nginx: gzip off), or name another one with {RemedyActionKind.BaseUriOption}");
        }
    }

    /// <summary>Refuses a web page, as captive portals and the log-in pages of proxies give for every address.</summary>
    /// <param name="uri">What was asked for.</param>
    /// <param name="response">The reply.</param>
    /// <param name="beginning">Its first bytes, as far as they are known.</param>
    /// <exception cref="OperationFailedException">It is a web page.</exception>
    public static void RefusePage(Uri uri, HttpResponseMessage response, ReadOnlySpan<byte> beginning)
    {
        var text = Encoding.Latin1.GetString(beginning[..Math.Min(beginning.Length, 256)])
            .TrimStart('\ufeff', 'ï', '»', '¿', ' ', '\t', '\r', '\n');
        if (response.Content.Headers.ContentType?.MediaType is "text/html" or "application/xhtml+xml"
            || text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
        {
            throw new OperationFailedException(ErrorIds.ServerReplyInvalid, uri.ToString(), null,
                "the reply is a web page, not the file: the network's log-in page (captive portal), or a proxy's",
                $"Open any http page from this network and log in, then run the same command again; or name another server with {RemedyActionKind.BaseUriOption}");
        }
    }
}
