using XenKube.Files;

namespace XenKube.Guests;

/// <summary>
/// The settings of Debian's service xendomains, which starts guests with the host and ends them with the host: /etc/default/xendomains.
/// </summary>
/// <param name="SaveFolder">The folder that running guests are saved to at shutdown; null if they are shut down instead.</param>
internal sealed record XendomainsSettings(string? SaveFolder)
{
    private const string File = "etc/default/xendomains", SaveVariable = "XENDOMAINS_SAVE=";

    /// <summary>Reads the settings.</summary>
    /// <param name="system">Where /etc is.</param>
    /// <returns>Null where there are none.</returns>
    public static XendomainsSettings? Read(string system)
    {
        if (WholeFile.TryReadText(Path.Combine(system, File)) is not { } text)
        {
            return null;
        }
        var line = text.Split('\n').Select(line => line.Trim())
            .LastOrDefault(line => line.StartsWith(SaveVariable, StringComparison.Ordinal));
        return new XendomainsSettings(line?[SaveVariable.Length..].Split('#')[0].Trim().Trim('"', '\'') is ['/', ..] folder
            ? folder : null);
    }
}
