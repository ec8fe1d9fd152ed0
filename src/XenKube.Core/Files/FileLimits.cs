namespace XenKube.Files;

/// <summary>The most that files of one kind may have, where more than one folder reads them.</summary>
internal static class FileLimits
{
    /// <summary>
    /// Certificates and keys, in bytes: more than any bundle of authorities that is in use; a guest may have written the file.
    /// </summary>
    internal const int Certificate = 256 * 1024;
}
