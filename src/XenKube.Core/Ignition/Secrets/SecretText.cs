using System.Text;
using System.Text.RegularExpressions;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Secrets;

/// <summary>
/// Finds secrets in text by what they look like: private keys, hashes of passwords, tokens, headers that let a client in, and
/// values of names such as <c>password</c>. This is the one place that knows; what a secret is by its place in an Ignition config
/// is said by the tables of types.
/// </summary>
public static class SecretText
{
    /// <summary>A config in a data URL of a config is looked into, and one in that.</summary>
    private const int MaxDepth = 3;

    // Linear in the length of the text, which anybody may have written. Each takes the secret in a group named after its kind.
    private static readonly (string Kind, Regex Pattern)[] Patterns =
    [
        (SecretKind.Header, Make(
            @"(?:proxy-)?authorization[""']?\s*,?\s*(?:[""']?value[""']?\s*)?[:=]\s*[""']?(?<s>[^""'\r\n]+)", RegexOptions.IgnoreCase)),
        (SecretKind.Header, Make(@"\b(?:set-)?cookie[""']?\s*:\s*[""']?(?<s>[^""'\r\n]+)", RegexOptions.IgnoreCase)),
        (SecretKind.Token, Make(@"\bbearer[ \t]+(?<s>[A-Za-z0-9._~+/=-]{8,})", RegexOptions.IgnoreCase)),
        (SecretKind.PasswordHash, Make(
            @"(?<s>\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|sha1|md5|argon2[a-z]*|scrypt|pbkdf2[a-z0-9-]*)\$[A-Za-z0-9./$=,+*-]{8,})")),
        (SecretKind.PasswordHash, Make(@"(?<s>\{(?:S?SHA|SSHA256|SSHA512|SMD5|CRYPT)\}[A-Za-z0-9+/=$.]{8,})")),
        (SecretKind.Token, Make(
            @"\b(?<s>gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|"
            + @"A[KS]IA[0-9A-Z]{16}|sk-[A-Za-z0-9_-]{20,}|AIza[A-Za-z0-9_-]{35}|"
            + @"hv[sb]\.[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{30,}|dckr_pat_[A-Za-z0-9_-]{20,}|"
            + @"tskey-[A-Za-z0-9-]{10,}|SWMTKN-1-[A-Za-z0-9-]{20,}|K10[0-9a-f]{32,}::[A-Za-z0-9:._-]+|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)")),
        (SecretKind.PrivateKey, Make(@"\b(?<s>AGE-SECRET-KEY-1[0-9A-Za-z]+)")),
        (SecretKind.Token, Make(@"(?:^|[^A-Za-z0-9._-])(?<s>[a-z0-9]{6}\.[a-z0-9]{16})(?:[^A-Za-z0-9._-]|$)")),
        (SecretKind.Token, Make(@"\bdiscovery\.etcd\.io/(?<s>[0-9a-f]{16,})")),
        (SecretKind.Password, Make(@"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/@:""'<>]*:(?<s>[^\s/@""'<>]+)@")),
        (SecretKind.Token, Make(
            @"[?&](?:x-amz-(?:signature|security-token|credential)|x-goog-signature|sig|signature|code|key|"
            + @"[a-z_.-]*(?:token|password|secret|api_?key))=(?<s>[^&\s""'#<>]+)", RegexOptions.IgnoreCase)),
        (SecretKind.Password, Make(@"\bmachine\s+\S+\s+login\s+\S+\s+password\s+(?<s>\S+)", RegexOptions.IgnoreCase)),
        (SecretKind.Token, Make(@"""(?:auth|identitytoken|registrytoken)""\s*:\s*""(?<s>[A-Za-z0-9+/=._-]{8,})""")),
        (SecretKind.Password, Make(
            @"(?:^|[\s""'`;,{(])-{1,2}[A-Za-z0-9_.-]*(?:password|passphrase|token|secret|api-key|private-key)[ \t]+(?<s>[^\s""'/$-][^\s""'`;]*)",
            RegexOptions.IgnoreCase)),
        (SecretKind.Password, Make(Assigned(@"""(?<s>[^""\r\n]+)"""), RegexOptions.IgnoreCase)),
        (SecretKind.Password, Make(Assigned(@"'(?<s>[^'\r\n]+)'"), RegexOptions.IgnoreCase)),
        (SecretKind.Password, Make(Assigned(@"(?<s>[^\s""'`,;}\]>|&]+)"), RegexOptions.IgnoreCase)),
    ];

    /// <summary>The beginning of what base64 makes of <c>-----BEGIN</c>.</summary>
    private static readonly Regex PackedPem = Make(@"(?<s>LS0tLS1CRUdJTi[A-Za-z0-9+/=_-]+)");

    private static readonly Regex Data = Make(@"(?<s>data:[A-Za-z0-9+/;=.-]*,[A-Za-z0-9%_.!~*'()/+=;:@&?$,-]*)", RegexOptions.IgnoreCase);

    private static readonly Regex Placeholder = Make(@"^\[[a-z ]+, [0-9]+ bytes, SHA256:[0-9a-f]+\]");

    /// <summary>The text with a placeholder for each secret in it: its kind, length and fingerprint.</summary>
    /// <param name="text">The text; null is treated as empty.</param>
    public static string Redact(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }
        var found = Find(text);
        if (found.Count == 0)
        {
            return text;
        }
        var shown = new StringBuilder(text.Length);
        var done = 0;
        foreach (var secret in found)
        {
            shown.Append(text, done, secret.Start - done)
                .Append(SecretPlaceholder.Of(secret.Kind, text.AsSpan(secret.Start, secret.Length)));
            done = secret.Start + secret.Length;
        }
        return shown.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>Whether a secret is in a text.</summary>
    /// <param name="text">The text; null is treated as empty.</param>
    public static bool IsIn(string? text) => !string.IsNullOrEmpty(text) && Find(text).Count > 0;

    /// <summary>The secrets of a text, in order, none over another.</summary>
    internal static List<FoundSecret> Find(string text) => Find(text, depth: 0);

    private static List<FoundSecret> Find(string text, int depth)
    {
        var all = new List<FoundSecret>();
        FindPem(text, all);
        foreach (Match match in PackedPem.Matches(text))
        {
            Add(all, match, IsPackedPrivateKey(match.Groups["s"].Value) ? SecretKind.PrivateKey : null);
        }
        foreach (Match match in Data.Matches(text))
        {
            Add(all, match, depth < MaxDepth ? KindOfDataUrl(match.Groups["s"].Value, depth + 1) : null);
        }
        foreach (var (kind, pattern) in Patterns)
        {
            foreach (Match match in pattern.Matches(text))
            {
                Add(all, match, IsSaid(text, match.Groups["s"]) ? kind : null);
            }
        }
        all.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.Length.CompareTo(a.Length));
        var apart = new List<FoundSecret>(all.Count);
        var end = 0;
        foreach (var secret in all)
        {
            if (secret.Start >= end)
            {
                apart.Add(secret);
                end = secret.Start + secret.Length;
            }
            else if (secret.Start + secret.Length > end)
            {
                // Two overlap: all of both is covered.
                var last = apart[^1];
                end = secret.Start + secret.Length;
                apart[^1] = last with { Length = end - last.Start };
            }
        }
        return apart;
    }

    private static string Assigned(string value) =>
        $@"(?:^|[^A-Za-z0-9])(?:[A-Za-z0-9_.-]*[A-Za-z0-9_.-])?{SecretNames.Pattern}[""']?[ \t]*[:=][ \t]*{value}";

    private static Regex Make(string pattern, RegexOptions options = RegexOptions.None) =>
        new(pattern, options | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Multiline);

    private static void Add(List<FoundSecret> found, Match match, string? kind)
    {
        var group = match.Groups["s"];
        if (kind is not null && group.Length > 0)
        {
            found.Add(new FoundSecret(kind, group.Index, group.Length));
        }
    }

    /// <summary>
    /// Whether a value is a secret itself and not the way to one: a path, a variable, a flag, a mark of YAML for a text that
    /// begins on the next line, or a placeholder.
    /// </summary>
    private static bool IsSaid(string text, Group value) =>
        text[value.Index] is not ('/' or '{' or '%' or '|' or '>' or '*' or '&' or '!' or '<')
        && !(text[value.Index] == '$' && value.Length > 1 && text[value.Index + 1] is '{' or '(' or '_' or (>= 'A' and <= 'Z'))
        && value.Value.ToUpperInvariant() is not
            ("TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" or "NULL" or "NONE" or "~" or "[]" or "\\")
        && !(text[value.Index] == '[' && Placeholder.IsMatch(text[value.Index..Math.Min(text.Length, value.Index + 80)]));

    /// <summary>From <c>-----BEGIN … PRIVATE KEY…-----</c> to its end, or to the end of the text where the key is cut off.</summary>
    private static void FindPem(string text, List<FoundSecret> found)
    {
        const string begin = "-----BEGIN ";
        for (var at = text.IndexOf(begin, StringComparison.Ordinal); at >= 0;)
        {
            var labelEnd = text.IndexOf("-----", at + begin.Length, StringComparison.Ordinal);
            var label = labelEnd < 0 ? text[(at + begin.Length)..] : text[(at + begin.Length)..labelEnd];
            var next = at + begin.Length;
            if (label.Length < 80 && label.Contains("PRIVATE KEY", StringComparison.Ordinal))
            {
                var end = text.IndexOf($"-----END {label}-----", next, StringComparison.Ordinal);
                next = end < 0 ? text.Length : end + label.Length + 14;
                found.Add(new FoundSecret(SecretKind.PrivateKey, at, next - at));
            }
            at = next < text.Length ? text.IndexOf(begin, next, StringComparison.Ordinal) : -1;
        }
        var putty = text.IndexOf("PuTTY-User-Key-File-", StringComparison.Ordinal);
        if (putty >= 0)
        {
            found.Add(new FoundSecret(SecretKind.PrivateKey, putty, text.Length - putty));
        }
    }

    private static bool IsPackedPrivateKey(string packed)
    {
        // Whole groups of four, so that a cut text is looked into as well.
        var standard = packed.TrimEnd('=').Replace('-', '+').Replace('_', '/');
        standard = standard[..(standard.Length & ~3)];
        return Encoding.Latin1.GetString(Convert.FromBase64String(standard)).Contains("PRIVATE KEY", StringComparison.Ordinal);
    }

    private static string? KindOfDataUrl(string url, int depth)
    {
        if (DataUrl.Decode(url, out _) is not { } bytes)
        {
            return null;
        }
        var content = PackedContent.IsPacked(bytes) ? PackedContent.Unpack(bytes) ?? bytes : bytes;
        return content.Length > 0 && Find(Encoding.Latin1.GetString(content), depth) is [var first, ..] ? first.Kind : null;
    }
}
