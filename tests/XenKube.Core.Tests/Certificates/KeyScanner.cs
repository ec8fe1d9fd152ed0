namespace XenKube.Tests.Certificates;

/// <summary>Looks for private keys in what was printed or written.</summary>
internal static class KeyScanner
{
    /// <summary>
    /// The secret lines of all keys in a directory, and the same bytes in hexadecimal digits. The rest of a key is in its certificate too:
    /// the modulus at the beginning of one of RSA, the point at the end of one of ECDSA.
    /// </summary>
    public static IReadOnlyList<string> Lines(string directory)
    {
        var lines = Directory.EnumerateFiles(directory, "*-key.pem").SelectMany(file => File.ReadLines(file).ToArray() switch
        {
            ["-----BEGIN RSA PRIVATE KEY-----", .. var rsa] => rsa.Skip(6),
            ["-----BEGIN EC PRIVATE KEY-----", .. var ecdsa] => ecdsa.Take(1),
            _ => [],
        }).Where(line => line.Length == 64).Distinct().ToList();
        Assert.NotEmpty(lines);
        return [.. lines, .. lines.Select(line => Convert.ToHexString(Convert.FromBase64String(line)[8..38]))];
    }

    /// <summary>The keys that a text holds, as it is or without its line ends and quotes.</summary>
    public static IReadOnlyList<string> Find(string text, IReadOnlyList<string> lines)
    {
        var joined = text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)
            .Replace(" ", "", StringComparison.Ordinal);
        return [.. lines.Where(line => text.Contains(line, StringComparison.OrdinalIgnoreCase) || joined.Contains(line, StringComparison.OrdinalIgnoreCase))];
    }
}
