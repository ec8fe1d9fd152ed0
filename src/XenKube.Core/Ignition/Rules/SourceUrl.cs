namespace XenKube.Ignition.Rules;

/// <summary>What a <c>source</c> may be, by version of the Ignition spec.</summary>
internal static class SourceUrl
{
    /// <summary>The message for a URL that Go cannot parse.</summary>
    public const string Unparsable = "unable to parse url";

    /// <summary>The message for a URL of another kind.</summary>
    public const string InvalidScheme = "invalid url scheme";

    /// <summary>Why the URL is refused, or null. An empty one is the caller's matter.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="spec">The spec's version as major times ten plus minor: 21 for 2.1.0.</param>
    public static string? Validate(string text, int spec)
    {
        if (GoUrl.Parse(text, out _) is not { } url)
        {
            return Unparsable;
        }
        switch (url.Scheme)
        {
            case "http" or "https":
            case "oem" when spec < 30:
            case "tftp" when spec > 20:
            case "gs" when spec >= 32:
                return null;
            case "s3" when spec > 20:
                return VersionIdFault(url);
            case "arn" when spec >= 34:
                return ArnFault(url) ?? VersionIdFault(url);
            case "data":
                // Spec 2.0.0 kept the parsed URL and looks at its normalised form.
                return DataUrl.Validate(spec == 20 ? url.ToString() : text);
            default:
                return InvalidScheme;
        }
    }

    /// <summary>Why HTTP headers cannot go with the URL, or null.</summary>
    public static string? ValidateForHeaders(string text) =>
        GoUrl.Parse(text, out _) is not { } url ? Unparsable
        : url.Scheme is "http" or "https" ? null
        : "cannot use HTTP headers with this source scheme";

    private static string? VersionIdFault(GoUrl url) =>
        url.QueryValues("versionId") is [var first, ..] && first.Length == 0 ? "invalid S3 object VersionId" : null;

    private static string? ArnFault(GoUrl url)
    {
        const string fault = "invalid S3 ARN format";
        var arn = "arn:" + url.Opaque;
        var parts = arn.Split(':', 6);
        if (parts.Length < 6 || parts[2] != "s3")
        {
            return fault;
        }
        var needed = parts[5].StartsWith("accesspoint/", StringComparison.Ordinal) ? 3 : 2;
        return arn.Split('/').Length < needed ? fault : null;
    }
}
