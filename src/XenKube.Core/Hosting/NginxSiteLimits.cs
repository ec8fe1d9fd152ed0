using System.Globalization;

namespace XenKube.Hosting;

/// <summary>Values of a site that nginx cannot read as they are meant.</summary>
internal static class NginxSiteLimits
{
    /// <summary>Refuses a site whose file nginx would not read as it is meant.</summary>
    /// <exception cref="InvalidInputException">A value cannot be written.</exception>
    public static void Check(NginxSite site)
    {
        if (site.Root.Any(c => c is '$' or '"' or '\\' || char.IsControl(c)))
        {
            throw new InvalidInputException(ErrorIds.NameInvalid, Printable.Of(site.Root), null,
                "a directory with '$', '\"', '\\' or control characters in its name cannot be served by nginx", "Use a plain name");
        }
        if (site.Name.Length is 0 or > 100 || site.Name.StartsWith('.') || site.Name.StartsWith('-')
            || site.Name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            throw new InvalidInputException(ErrorIds.NameInvalid, null, null, $"'{Printable.Of(site.Name)}' is not a name for a site",
                "Use letters, digits, '-', '_' and '.'");
        }
        if (site.Held.FirstOrDefault(held => held.Path.Any(c => !char.IsAsciiLetterOrDigit(c)
            && c is not ('/' or '-' or '_' or '.'))).Path is { } odd)
        {
            throw new InvalidInputException(ErrorIds.NameInvalid, Printable.Of(odd), null,
                "a path with such characters cannot be held to an address by nginx", "Rename the node");
        }
        if (site.Port is < 1 or > 65535)
        {
            throw new InvalidInputException(ErrorIds.PortInvalid, null, null,
                $"{site.Port.ToString(CultureInfo.InvariantCulture)} is not a port", "Give one from 1 to 65535");
        }
    }
}
