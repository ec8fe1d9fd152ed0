using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>
/// Guest configurations of the host that are in no XENDIR: those in /etc/xen, and in /etc/xen/auto, where Debian's xendomains looks for
/// guests to start with the host.
/// </summary>
internal static class HostGuestConfigs
{
    private static readonly string[] Folders = ["etc/xen", "etc/xen/auto"];

    /// <summary>The files that are guests' configurations, each once, by whatever name.</summary>
    /// <param name="system">Where /etc is.</param>
    /// <param name="known">Configurations that are known already; links to these are left out.</param>
    public static IReadOnlyList<string> Find(string system, IEnumerable<string> known)
    {
        var seen = known.Select(FileIdentity.TextOf).ToHashSet(StringComparer.Ordinal);
        return [.. Folders.SelectMany(folder => Files(Path.Combine(system, folder)))
            .Where(file => IsGuest(file) && seen.Add(FileIdentity.TextOf(file)))];
    }

    /// <summary>
    /// The folder has xl's own settings too, and examples of which every host has the same: a guest has a name and a disk that is there.
    /// </summary>
    private static bool IsGuest(string file)
    {
        if (Path.GetFileName(file).StartsWith("xlexample.", StringComparison.Ordinal))
        {
            return false;
        }
        try
        {
            return XenGuestConfig.Read(file).Name is not null;
        }
        catch (XenKubeException)
        {
            return false;
        }
    }

    private static string[] Files(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return [];
        }
    }
}
