namespace XenKube.Hosting;

/// <summary>The phrases of the answers that the embedded server gives (RFC 9110, section 15).</summary>
internal static class HttpReasons
{
    /// <summary>The phrase of a status.</summary>
    public static string Of(int status) => status switch
    {
        200 => "OK",
        206 => "Partial Content",
        304 => "Not Modified",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        416 => "Range Not Satisfiable",
        _ => "Request Header Fields Too Large",
    };
}
