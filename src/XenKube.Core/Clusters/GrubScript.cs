using System.Buffers;
using System.Text.RegularExpressions;
using XenKube.Guests;

namespace XenKube.Clusters;

/// <summary>The one line of a grub.cfg that XenKube owns, <c>set linux_append="…"</c>, found and replaced in its text.</summary>
internal static partial class GrubScript
{
    // Between double quotes $, ", \ and ` are not themselves (GRUB manual, section "Quoting").
    private static readonly SearchValues<char> NotInArguments = SearchValues.Create("\"\\$`\r\n");
    private static readonly SearchValues<char> NotInUris = SearchValues.Create("\"\\$`\r\n \t");

    /// <summary>Refuses a URL that would not reach the guest's Ignition as it is.</summary>
    public static void CheckUri(Uri uri)
    {
        // The value is a word of GRUB's script, and on the kernel command line, where blanks end it.
        var text = uri.IsAbsoluteUri ? uri.AbsoluteUri : uri.OriginalString;
        if (!uri.IsAbsoluteUri || uri.Scheme is not ("http" or "https" or "oem" or "tftp" or "s3") || text.AsSpan().ContainsAny(NotInUris))
        {
            throw new InvalidInputException(ErrorIds.ConfigUriInvalid, null, null, $"'{text}' cannot be a config URL",
                "Give an absolute http, https, oem, tftp or s3 URL without quotes, dollar signs, backslashes and blanks");
        }
    }

    /// <summary>The line as the guide writes it.</summary>
    public static string AppendLine(string value) => $"set linux_append=\"{value}\"";

    /// <summary>The value that GRUB would see after the last assignment; null if there is none.</summary>
    public static string? FindLinuxAppend(string text)
    {
        var matches = Assignment().Matches(text);
        return matches.Count == 0 ? null : Value(matches[^1]);
    }

    /// <summary>The config URL among kernel arguments. The last one takes effect, as on a kernel command line.</summary>
    public static Uri? FindConfigUri(string? linuxAppend) =>
        Arguments(linuxAppend ?? "")
            .Where(GuestArguments.IsConfigUri)
            .Select(argument => Uri.TryCreate(argument[(argument.IndexOf('=', StringComparison.Ordinal) + 1)..], UriKind.Absolute,
                out var uri) ? uri : null)
            .LastOrDefault(uri => uri is not null);

    /// <summary>The text with the URL in its line, every other line as it was.</summary>
    /// <param name="text">The old text; may be empty.</param>
    /// <param name="uri">The URL.</param>
    /// <param name="linuxAppend">Arguments to add to the line, or patterns of those on it to keep.</param>
    /// <param name="parameter">The kernel parameter that the guest's Ignition reads.</param>
    public static string WithConfigUri(string text, Uri uri, IReadOnlyList<string> linuxAppend, string parameter)
    {
        var there = Arguments(FindLinuxAppend(text) ?? "").Where(argument => !GuestArguments.IsConfigUri(argument)).ToArray();
        var kept = there.Where(argument => linuxAppend.Any(pattern => NamePattern.IsMatch(pattern, argument)));
        var added = linuxAppend.Where(pattern => !NamePattern.IsPattern(pattern)).SelectMany(Arguments);
        string[] arguments = [$"{parameter}={uri.AbsoluteUri}", .. kept.Concat(added).Distinct()];
        if (arguments.Any(argument => argument.AsSpan().ContainsAny(NotInArguments)))
        {
            throw new InvalidInputException(ErrorIds.LinuxAppendInvalid, null, null,
                "a kernel argument holds a quote, dollar sign, backslash or line break",
                "GRUB's script would split the argument there; leave it out");
        }
        return Replace(text, AppendLine(string.Join(' ', arguments)));
    }

    /// <summary>The text without the URL; the line goes when nothing else is on it.</summary>
    public static string WithoutConfigUri(string text)
    {
        if (FindLinuxAppend(text) is not { } append || FindConfigUri(append) is null)
        {
            return text;
        }
        var others = Arguments(append).Where(argument => !GuestArguments.IsConfigUri(argument)).ToArray();
        return Replace(text, others.Length == 0 ? null : AppendLine(string.Join(' ', others)));
    }

    private static string[] Arguments(string value) => value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static string Value(Match match) => match.Groups["quoted"].Success ? match.Groups["quoted"].Value : match.Groups["bare"].Value;

    // The first assignment's place is kept; later ones would undo ours and go.
    private static string Replace(string text, string? line)
    {
        var matches = Assignment().Matches(text);
        if (matches.Count == 0)
        {
            var separator = text.Length > 0 && !text.EndsWith('\n') ? "\n" : "";
            return line is null ? text : $"{text}{separator}{line}\n";
        }
        var result = text;
        for (var i = matches.Count - 1; i >= 0; i--)
        {
            var match = matches[i];
            var replacement = i == 0 && line is not null ? line + "\n" : "";
            result = string.Concat(result.AsSpan(0, match.Index), replacement, result.AsSpan(match.Index + match.Length));
        }
        return result;
    }

    [GeneratedRegex(
        """^[ \t]*set[ \t]+linux_append=(?:"(?<quoted>[^"\n]*)"|'(?<quoted>[^'\n]*)'|(?<bare>[^\s;"']*))[ \t]*;?[ \t]*\r?(?:\n|\z)""",
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();
}
