using System.Buffers;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Rules;

/// <summary>What a <c>source</c> may be, by version of the Ignition spec.</summary>
/// <remarks>Held against Ignition 0.35.0 and 2.16.2.</remarks>
internal static class SourceUrl
{
    /// <summary>The message for a URL that Go cannot parse.</summary>
    public const string Unparsable = "unable to parse url";

    /// <summary>The message for a URL of another kind.</summary>
    public const string InvalidScheme = "invalid url scheme";

    /// <summary>Control characters, which no URL has, and the mark of a fragment.</summary>
    private static readonly SearchValues<char> ChangedByUrls =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (char)c), '\x7f', '#']);

    /// <summary>Why the URL is refused, or null. An empty one is the caller's matter.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="spec">The version of the spec.</param>
    /// <param name="checkObjectVersion">Whether the version of an S3 object is looked at, as in Ignition 0.35.0 and later.</param>
    public static string? Validate(string text, IgnitionSpec spec, bool checkObjectVersion = true)
    {
        if (IsPlainDataUrl(text))
        {
            return DataUrl.Validate(text);
        }
        if (GoUrl.Parse(text, out _) is not { } url)
        {
            return Unparsable;
        }
        switch (url.Scheme)
        {
            case "http" or "https":
            case "oem" when spec < IgnitionSpec.V3_0:
            case "tftp" when spec > IgnitionSpec.V2_0:
            case "gs" when spec >= IgnitionSpec.V3_2:
                return null;
            case "s3" when spec > IgnitionSpec.V2_0:
                return checkObjectVersion ? VersionIdFault(url) : null;
            case "arn" when spec >= IgnitionSpec.V3_4:
                return ArnFault(url) ?? VersionIdFault(url);
            case "data":
                // Spec 2.0.0 kept the parsed URL and looks at its normalised form.
                return DataUrl.Validate(spec == IgnitionSpec.V2_0 ? url.ToString() : text);
            default:
                return InvalidScheme;
        }
    }

    /// <summary>Why HTTP headers cannot go with the URL, or null.</summary>
    public static string? ValidateForHeaders(string text) =>
        GoUrl.Parse(text, out _) is not { } url ? Unparsable
        : url.Scheme is "http" or "https" ? null
        : "cannot use HTTP headers with this source scheme";

    // Contents may be large, and such a URL is always parsed without a fault, and is written again without a change.
    private static bool IsPlainDataUrl(string text) =>
        text.StartsWith("data:", StringComparison.Ordinal) && !text.StartsWith("data:/", StringComparison.Ordinal)
        && !text.AsSpan().ContainsAny(ChangedByUrls);

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
