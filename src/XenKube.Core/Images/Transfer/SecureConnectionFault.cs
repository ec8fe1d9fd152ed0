using System.Globalization;

namespace XenKube.Images.Transfer;

/// <summary>Says why a TLS connection failed. .NET gives the cause in the texts of inner exceptions, OpenSSL's at the bottom.</summary>
internal static class SecureConnectionFault
{
    // What a text at any depth contains, the reason, and what to do. The first that fits is the one.
    private static readonly (string Text, string Reason, string Remedy)[] Known =
    [
        ("RemoteCertificateNameMismatch", "its certificate is for another name",
            "Use the name that the certificate is for, or another mirror"),
        ("NotTimeValid", "its certificate has ended, or is not valid yet",
            "Check this machine's clock, which says {0}; if the clock is right, use another mirror"),
        ("RemoteCertificateChainErrors", "its certificate is not signed by an authority that this machine trusts",
            "Install the authority's certificate (update-ca-certificates), or use another mirror"),
        ("RemoteCertificateNotAvailable", "it shows no certificate", "Use another mirror"),
        ("wrong version number", "it does not speak TLS at this port, but something like plain http",
            "Correct the port, or write http:// if the mirror offers no more"),
        ("packet length too long", "it does not speak TLS at this port, but something like plain http",
            "Correct the port, or write http:// if the mirror offers no more"),
        ("http request", "it does not speak TLS at this port, but plain http",
            "Correct the port, or write http:// if the mirror offers no more"),
        ("Cannot determine the frame size", "it does not speak TLS at this port, but something like plain http",
            "Correct the port, or write http:// if the mirror offers no more"),
        ("corrupted frame", "it does not speak TLS at this port, but something like plain http",
            "Correct the port, or write http:// if the mirror offers no more"),
        ("unsupported protocol", "it offers only a version of TLS that is too old", "Use another mirror: TLS before 1.2 is refused"),
        ("protocol version", "it offers only a version of TLS that is too old, or none of this machine's",
            "Use another mirror: TLS before 1.2 is refused"),
        ("no protocols available", "it offers only a version of TLS that is too old", "Use another mirror: TLS before 1.2 is refused"),
        ("handshake failure", "it has no version of TLS, or no cipher, in common with this machine: its own may be too old",
            "Use another mirror: TLS before 1.2 is refused"),
        ("unexpected EOF", "it ended the connection in the middle of the TLS handshake",
            "Check that the port is one of https; a proxy or firewall between may be the cause"),
        ("EOF", "it ended the connection in the middle of the TLS handshake",
            "Check that the port is one of https; a proxy or firewall between may be the cause"),
    ];

    /// <summary>The reason and what to do.</summary>
    /// <param name="error">What the connection failed with.</param>
    /// <param name="now">This machine's time.</param>
    public static (string Reason, string Remedy) Of(Exception error, DateTimeOffset now)
    {
        var texts = new List<string>();
        for (var each = error; each is not null; each = each.InnerException)
        {
            texts.Add(each.Message);
        }
        var (_, reason, remedy) = Known.FirstOrDefault(known =>
            texts.Exists(text => text.Contains(known.Text, StringComparison.OrdinalIgnoreCase)));
        // The outer texts say no more than that it failed.
        return reason is null ? (texts[^1], "Check the clock and the certificates of this machine") : (reason,
            string.Format(CultureInfo.InvariantCulture, remedy, Timestamp.Day(now.UtcDateTime)));
    }
}
